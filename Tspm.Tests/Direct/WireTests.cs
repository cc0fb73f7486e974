using System.Text.Json;
using Tspm.Protocol;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Direct;

/// <summary>Every row of <see cref="WireRows"/>, and what holds for all methods.</summary>
[Timeout(60_000)]
internal sealed class WireTests
{
    public static IEnumerable<string> Names() => WireRows.ByName.Keys;

    public static IEnumerable<string> Changing() => MethodRows.All
        .Where(static method => method.Kind == MethodKind.Changes).Select(static method => method.Name);

    public static IEnumerable<string> Methods() => MethodRows.All.Select(static method => method.Name);

    [Test, MethodDataSource(nameof(Names))]
    public async Task A_request_is_answered_as_its_row_says(string name, CancellationToken cancellation)
    {
        var row = WireRows.ByName[name];
        using var world = new VerbWorld();
        foreach (var line in row.Given) await world.Given(line);
        using var client = world.Daemon.Connect();
        var answer = client.Call(row.Method.Name, row.Params);
        await Assert.That(CodeOf(answer)).IsEqualTo(row.Error).Because(answer.GetRawText());
        var holds = answer.GetProperty(row.Error == 0 ? "result" : "error");
        await Assert.That(row.Holds.Select(fact => JsonFacts.Problem(holds, fact)).OfType<string>()).IsEmpty();
        if (row.Then is { } then) await Assert.That(then(world)).IsTrue();
        await Assert.That(world.Daemon.Faults).IsEmpty();
    }

    /// <summary>A newer client must not believe that something was done which this daemon does not know.</summary>
    [Test, MethodDataSource(nameof(Methods))]
    public async Task A_member_that_a_method_does_not_know_is_refused(string method, CancellationToken cancellation)
    {
        using var world = new VerbWorld();
        await world.Given(Seeds.Web);
        var before = world.Daemon.State();
        using var client = world.Daemon.Connect();
        var answer = client.Call(method, """{"noSuchMember":1}""");
        await Assert.That(CodeOf(answer)).IsEqualTo(ErrorCode.InvalidParams).Because(answer.GetRawText());
        await Assert.That(answer.GetProperty("error").GetProperty("message").GetString()!).Contains("noSuchMember");
        await Assert.That(world.Daemon.State()).IsEqualTo(before);
        await Assert.That(world.Daemon.Shutdowns).IsEqualTo(0);
    }

    [Test, MethodDataSource(nameof(Changing))]
    public async Task A_daemon_that_is_shutting_down_begins_no_change(string method, CancellationToken cancellation)
    {
        using var world = new VerbWorld();
        await world.Given(Seeds.Web);
        var before = world.Daemon.State();
        using var client = world.Daemon.Connect();
        world.Daemon.Context.IsShuttingDown = true;
        await Assert.That(CodeOf(client.Call(method))).IsEqualTo(ErrorCode.ShuttingDown);
        await Assert.That(world.Daemon.State()).IsEqualTo(before);
    }

    static int CodeOf(JsonElement answer) =>
        answer.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : 0;
}
