using System.Reflection;
using System.Text.Json;
using Tspm.Json;
using Tspm.Protocol;

namespace Tspm.Tests.Guards;

/// <summary>
/// docs/PROTOCOL.md tells the truth: its examples are the golden files, and nothing is missing in it.
/// </summary>
[Timeout(60_000)]
internal sealed class ProtocolPageTests
{
    static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "PROTOCOL.md"));

    [Test]
    public async Task Every_method_has_its_section_with_the_goldens_as_example(CancellationToken cancellation)
    {
        foreach (var method in MethodRows.All)
        {
            var section = SectionOf($"### `{method}`");
            var messages = MessagesIn(section);
            var request = messages.Single(message =>
                message.TryGetProperty("method", out var name) && name.GetString() == method.Name);
            await Assert.That(StrictJson.Problems(request, WireJson.Default.RpcRequest, "request")).IsEmpty();
            var parameters = request.TryGetProperty("params", out var given)
                ? given
                : JsonDocument.Parse("{}").RootElement;
            var (asked, answered) = (MethodRows.RequestOf(method).Name, MethodRows.ResponseOf(method).Name);
            await Assert.That(JsonElement.DeepEquals(parameters, Goldens.OfName(asked))).IsTrue().Because(asked);
            var result = messages.Single(message => message.TryGetProperty("result", out _)).GetProperty("result");
            await Assert.That(JsonElement.DeepEquals(result, Goldens.OfName(answered))).IsTrue().Because(answered);
        }
    }

    [Test]
    public async Task The_index_is_the_table_of_methods(CancellationToken cancellation)
    {
        var rows = MethodRows.All.Select(method => method.Kind switch
        {
            MethodKind.Reads => $"| [`{method}`](#{method}) | reads | |\n",
            MethodKind.Streams => $"| [`{method}`](#{method}) | reads | after a stream of notifications |\n",
            MethodKind.Changes => $"| [`{method}`](#{method}) | changes processes | |\n",
            MethodKind.EndsDaemon => $"| [`{method}`](#{method}) | ends this daemon | |\n",
            _ => throw new InvalidOperationException($"the page has no word for {method.Kind}"),
        });
        var index = $"\n| method | what it does | its answer comes |\n|---|---|---|\n{string.Concat(rows)}\n";
        await Assert.That(Page).Contains(index);
    }

    [Test]
    public async Task Every_method_has_its_section_below_what_it_does(CancellationToken cancellation)
    {
        var changes = Page.IndexOf("\n## Methods that change\n", StringComparison.Ordinal);
        foreach (var method in MethodRows.All)
        {
            var isAbove = Page.IndexOf($"\n### `{method}`\n", StringComparison.Ordinal) < changes;
            await Assert.That(isAbove).IsEqualTo(method.OnlyReads).Because(method.Name);
        }
    }

    [Test]
    public async Task Every_parameter_and_every_member_of_a_result_is_explained(CancellationToken cancellation)
    {
        foreach (var type in Goldens.Types.Where(type =>
            type.Namespace == typeof(WireJson).Namespace && !type.IsGenericType
                && !type.Name.EndsWith("Entry", StringComparison.Ordinal)))
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
            await Assert.That(stream.Any(message => JsonElement.DeepEquals(message, Goldens.OfName(name)))).IsTrue()
                .Because(name);
        var events = MessagesIn(SectionOf("### `events`"));
        await Assert.That(events.Any(message =>
            JsonElement.DeepEquals(message, Goldens.OfName("RpcNotification.ProcessEvent")))).IsTrue();
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
        [.. section.Split('\n').Where(line => line.StartsWith('{')).Select(line =>
            JsonDocument.Parse(line).RootElement)];

    static IEnumerable<object> Constants(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(field => field.IsLiteral).Select(field => field.GetRawConstantValue()!);
}
