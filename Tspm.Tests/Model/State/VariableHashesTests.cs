using System.Text.Json;
using Tspm.Model.State;
using Tspm.Storage;

namespace Tspm.Tests.Model.State;

[Timeout(30_000)]
internal sealed class VariableHashesTests
{
    static readonly Dictionary<string, string> s_texts = new()
    {
        ["PATH"] = "AQIDBAUGBwg",
        ["HOME"] = "__________8".Replace('_', '/'),
        ["A"] = "AAAAAAAAAAA",
    };

    [Test]
    public async Task They_say_what_they_were_made_of(CancellationToken cancellation)
    {
        var packed = VariableHashes.Packed(s_texts)!;
        await Assert.That(packed is VariableHashes).IsTrue();
        await Assert.That(packed.OrderBy(static pair => pair.Key))
            .IsEquivalentTo(s_texts.OrderBy(static pair => pair.Key));
        await Assert.That(packed.Keys).IsEquivalentTo(s_texts.Keys);
        await Assert.That(packed.Values).IsEquivalentTo(s_texts.Values);
        await Assert.That((packed.Count, packed["PATH"], packed.ContainsKey("A"), packed.ContainsKey("B")))
            .IsEqualTo((3, "AQIDBAUGBwg", true, false));
        await Assert.That(packed.TryGetValue("PAT", out _)).IsFalse();
        await Assert.That(() => packed["B"]).Throws<KeyNotFoundException>();
        await Assert.That(VariableHashes.Packed(packed)).IsSameReferenceAs(packed);
    }

    [Test]
    [Arguments("AQIDBAUGBw"), Arguments("AQIDBAUGBwgJ"), Arguments("AQIDBAUGBwh"), Arguments("no hash!!!!"),
        Arguments("")]
    public async Task Texts_that_would_not_come_back_are_kept(string text, CancellationToken cancellation)
    {
        var texts = new Dictionary<string, string>(s_texts) { ["ODD"] = text };
        await Assert.That(VariableHashes.Packed(texts)).IsSameReferenceAs(texts);
    }

    /// <summary>A daemon with a thousand processes has a thousand of them, read from records.</summary>
    [Test]
    public async Task They_are_read_from_a_record_packed_and_written_as_before(CancellationToken cancellation)
    {
        var text = JsonSerializer.Serialize(
            new RunRecord { Current = new ChildRecord { RunId = 1, Facts = new RunFacts { Environment = s_texts } } },
            StorageJson.Compact.RunRecord);
        await Assert.That(text)
            .Contains("\"environment\":{\"A\":\"AAAAAAAAAAA\",\"HOME\":\"//////////8\",\"PATH\":\"AQIDBAUGBwg\"}");
        var facts = JsonSerializer.Deserialize(text, StorageJson.Compact.RunRecord)!.Current!.Facts!;
        await Assert.That(facts.Environment is VariableHashes).IsTrue();
        await Assert.That(facts.Environment!["PATH"]).IsEqualTo("AQIDBAUGBwg");
    }
}
