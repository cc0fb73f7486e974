using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tspm.Client.Connection;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Tests.Protocol;

/// <summary>The answer to <c>list</c> is read by hand, to the same result as by the serialiser's metadata.</summary>
[Timeout(30_000)]
internal sealed class ListResponseConverterTests
{
    static readonly DateTimeOffset s_time = new(2026, 3, 1, 12, 30, 0, TimeSpan.FromHours(2));

    static PropertyInfo[] Members => typeof(ProcessStatus).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    /// <summary>Each member has a value that no other has, and that is not its default.</summary>
    static ProcessStatus Full()
    {
        var status = (ProcessStatus)RuntimeHelpers.GetUninitializedObject(typeof(ProcessStatus));
        var number = 1;
        foreach (var member in Members) member.SetValue(status, ValueOf(member, number++));
        return status;
    }

    static object ValueOf(PropertyInfo member, int number)
    {
        var type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
        if (type == typeof(string)) return $"text \"{number}\" ü";
        if (type == typeof(int)) return number;
        if (type == typeof(long)) return (long)number << 33;
        if (type == typeof(double)) return number + 0.5;
        if (type == typeof(bool)) return true;
        if (type == typeof(DateTimeOffset)) return s_time.AddDays(number);
        if (type == typeof(ProcessState)) return ProcessState.Waiting;
        if (type == typeof(DesiredState)) return DesiredState.Up;
        if (type == typeof(LastRun)) return new LastRun { EndedAt = s_time, Signal = "SIGKILL" };
        if (type == typeof(IReadOnlyList<string>)) return new[] { "a", "b c" };
        if (type == typeof(IReadOnlyList<int>)) return new[] { 8080, 9090 };
        throw new NotSupportedException($"{member.Name}: what is a {type.Name}?");
    }

    static string Text(IReadOnlyList<ProcessStatus> all) =>
        JsonSerializer.Serialize(all, WireJson.Default.IReadOnlyListProcessStatus);

    static ListResponse Read(string json) => JsonSerializer.Deserialize(json, Wire.Json.ListResponse)!;

    static JsonObject Shown() => JsonNode.Parse(Text([Full()]))!.AsArray()[0]!.AsObject();

    static string Answer(JsonObject status) =>
        new JsonObject { ["processes"] = new JsonArray(status.DeepClone()) }.ToJsonString();

    static string NameOf(PropertyInfo member) => JsonNamingPolicy.CamelCase.ConvertName(member.Name);

    [Test]
    public async Task Every_member_is_read(CancellationToken cancellation)
    {
        var minimal = Full() with { Args = null, LastRun = null, Pid = null, Health = false };
        var written = JsonSerializer.Serialize(
            new ListResponse { Processes = [Full(), minimal] }, WireJson.Default.ListResponse);
        await Assert.That(written).IsEqualTo($$"""{"processes":{{Text([Full(), minimal])}}}""");
        await Assert.That(Text(Read(written).Processes)).IsEqualTo(Text([Full(), minimal]));
        await Assert.That(Read("""{"processes":[]}""").Processes).IsEmpty();
    }

    [Test]
    public async Task What_is_missing_or_null_is_refused_as_by_the_metadata(CancellationToken cancellation)
    {
        foreach (var name in Members.Select(NameOf))
        {
            var (without, withNull) = (Shown(), Shown());
            without.Remove(name);
            withNull[name] = null;
            foreach (var status in new[] { without, withNull })
                await Assert.That(ByHand(status)).IsEqualTo(ByMetadata(status)).Because(status.ToJsonString());
        }
    }

    [Test]
    public async Task What_is_of_another_kind_is_refused_as_by_the_metadata(CancellationToken cancellation)
    {
        JsonNode[] values =
            [1.5, "x", true, new JsonArray(), new JsonArray(1), new JsonArray((JsonNode?)null), new JsonObject()];
        foreach (var name in Members.Select(NameOf))
        {
            foreach (var value in values)
            {
                var status = Shown();
                status[name] = value.DeepClone();
                // A list of texts may hold null by the metadata, which nobody who reads it expects.
                if (name == "args" && value is JsonArray { Count: 1 }) continue;
                await Assert.That(ByHand(status)).IsEqualTo(ByMetadata(status)).Because(status.ToJsonString());
            }
        }
    }

    [Test]
    public async Task Members_of_a_newer_daemon_are_passed_over(CancellationToken cancellation)
    {
        var status = Shown();
        status.Insert(0, "new", new JsonObject { ["a"] = new JsonArray(1, 2) });
        status.Add(new string('n', 100), new JsonArray());
        var answer = $$"""{"more":{"processes":[1]},{{Answer(status)[1..^1]}},"other":[{}]}""";
        await Assert.That(Text(Read(answer).Processes)).IsEqualTo(Text([Full()]));
    }

    [Test]
    [Arguments("[]"), Arguments("{}"), Arguments("""{"processes":null}"""), Arguments("""{"processes":{}}""")]
    [Arguments("""{"processes":[1]}"""), Arguments("""{"processes":[null]}""")]
    public async Task Another_answer_is_refused(string json, CancellationToken cancellation) =>
        await Assert.That(() => { Read(json); }).Throws<JsonException>();

    /// <summary>The status as it was understood; null: it was refused.</summary>
    static string? ByHand(JsonObject status) => Try(() => Text(Read(Answer(status)).Processes));

    static string? ByMetadata(JsonObject status) =>
        Try(() => Text([JsonSerializer.Deserialize(status.ToJsonString(), Wire.Json.ProcessStatus)!]));

    static string? Try(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
