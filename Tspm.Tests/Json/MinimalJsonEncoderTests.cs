using System.Text.Json;
using CsCheck;
using Tspm.Json;

namespace Tspm.Tests.Json;

/// <summary>What is written with few escapes is read as the same text by a reader that knows nothing of them.</summary>
[Timeout(30_000)]
public class MinimalJsonEncoderTests
{
    static readonly JsonWriterOptions Options = new() { Encoder = MinimalJsonEncoder.Instance };

    [Test]
    [Arguments("plain", "plain")]
    [Arguments("a\"b\\c", "a\\\"b\\\\c")]
    [Arguments("\b\t\n\f\r", "\\b\\t\\n\\f\\r")]
    [Arguments("\u0001\u001f", "\\u0001\\u001f")]
    [Arguments("ä€😀</script>&'+", "ä€😀</script>&'+")]
    [Arguments("\ud83d", "\ufffd")]
    [Arguments("x\ude00y", "x\ufffdy")]
    public async Task Only_what_must_be_escaped_is(string text, string expected, CancellationToken cancellation)
    {
        await Assert.That(Write(text)).IsEqualTo($"\"{expected}\"");
        await Assert.That(WriteUtf8(text)).IsEqualTo($"\"{expected}\"");
    }

    [Test]
    public async Task Every_text_is_read_back_as_it_was(CancellationToken cancellation)
    {
        Gen.String.Sample(static text =>
        {
            var wellFormed = new string([.. text.EnumerateRunes().SelectMany(static rune => rune.ToString())]);
            if (JsonSerializer.Deserialize(Write(text), Plain.Default.String) != wellFormed)
                throw new InvalidOperationException($"not the same: {text}");
        });
        await Task.CompletedTask;
    }

    static string Write(string text) => Written(json => json.WriteStringValue(text));

    static string WriteUtf8(string text) =>
        Written(json => json.WriteStringValue(System.Text.Encoding.UTF8.GetBytes(text)));

    static string Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options)) write(json);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class Plain : System.Text.Json.Serialization.JsonSerializerContext;
