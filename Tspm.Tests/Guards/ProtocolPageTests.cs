using System.Reflection;
using System.Text.Json;
using Tspm.Protocol;

namespace Tspm.Tests.Guards;

/// <summary>docs/PROTOCOL.md tells the truth: its examples are the golden files, and nothing is missing in it.</summary>
[Timeout(60_000)]
internal sealed class ProtocolPageTests
{
    static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "PROTOCOL.md"));

    public static IReadOnlyList<string> AllMethods { get; } = [.. Constants(typeof(Methods)).Select(value => (string)value).Except([Methods.LogLine, Methods.Event, Methods.Heartbeat])];

    [Test]
    public async Task Every_method_has_its_section_with_the_goldens_as_example(CancellationToken cancellation)
    {
        foreach (var method in AllMethods)
        {
            var section = SectionOf($"### `{method}`");
            var verb = char.ToUpperInvariant(method[0]) + method[1..];
            var messages = MessagesIn(section);
            var request = messages.Single(message => message.TryGetProperty("method", out var name) && name.GetString() == method);
            await Assert.That(StrictJson.Problems(request, WireJson.Default.RpcRequest, "request")).IsEmpty();
            var parameters = request.TryGetProperty("params", out var given) ? given : JsonDocument.Parse("{}").RootElement;
            await Assert.That(JsonElement.DeepEquals(parameters, Goldens.OfName(verb + "Request"))).IsTrue().Because($"request of {method}");
            var result = messages.Single(message => message.TryGetProperty("result", out _)).GetProperty("result");
            await Assert.That(JsonElement.DeepEquals(result, Goldens.OfName(verb + "Response"))).IsTrue().Because($"response of {method}");
        }
    }

    [Test]
    public async Task Every_parameter_and_every_member_of_a_result_is_explained(CancellationToken cancellation)
    {
        foreach (var type in Goldens.Types.Where(type => type.Namespace == typeof(WireJson).Namespace && !type.IsGenericType && !type.Name.EndsWith("Entry", StringComparison.Ordinal)))
            foreach (var member in JsonTypes.Members(Goldens.InfoOf(type)).Keys)
                await Assert.That(Page).Contains($"`{member}`").Because($"{type.Name}.{member}");
    }

    [Test]
    public async Task Every_error_code_is_listed(CancellationToken cancellation)
    {
        foreach (var code in Constants(typeof(ErrorCode))) await Assert.That(Page).Contains($"| {code} |");
    }

    [Test]
    public async Task Notifications_and_the_version_are_described(CancellationToken cancellation)
    {
        var stream = MessagesIn(SectionOf("### `logs`"));
        foreach (var name in new[] { "RpcNotification.LogLine", "RpcNotification.HeartbeatNotice" })
            await Assert.That(stream.Any(message => JsonElement.DeepEquals(message, Goldens.OfName(name)))).IsTrue().Because(name);
        var events = MessagesIn(SectionOf("### `events`"));
        await Assert.That(events.Any(message => JsonElement.DeepEquals(message, Goldens.OfName("RpcNotification.ProcessEvent")))).IsTrue();
        await Assert.That(Page).Contains($"version {ProtocolVersion.Current}");
    }

    static string SectionOf(string heading)
    {
        var start = Page.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        if (start < 0) throw new InvalidOperationException($"docs/PROTOCOL.md has no heading '{heading}'");
        var end = Page.IndexOf("\n##", start + heading.Length, StringComparison.Ordinal);
        return end < 0 ? Page[start..] : Page[start..end];
    }

    static List<JsonElement> MessagesIn(string section) =>
        [.. section.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement)];

    static IEnumerable<object> Constants(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Where(field => field.IsLiteral).Select(field => field.GetRawConstantValue()!);
}
