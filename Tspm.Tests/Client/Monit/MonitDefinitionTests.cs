using Tspm.Model.State;

namespace Tspm.Tests.Client.Monit;

/// <summary>What <c>monit</c> knows from the definitions of processes.</summary>
[Timeout(60_000)]
public sealed class MonitDefinitionTests
{
    [Test]
    public async Task Processes_that_need_each_other_are_a_group(CancellationToken cancellation)
    {
        var host = FakeHost.With("db", "web", "alone", "worker", "a", "b");
        host.Model.Dependencies = new Dictionary<string, IReadOnlyList<string>>
        {
            ["web"] = ["db", "gone"],
            ["worker"] = ["db"],
            // The daemon refuses a circle, but an old file may have one.
            ["a"] = ["b"],
            ["b"] = ["a"],
        };
        host.Press("g", "g", "g");
        await Assert.That(host.Model.List.Rows.Select(static row => row.Label)).IsEquivalentTo(
            ["(none)", "  alone", "  a", "  b", "web, worker", "  db", "  web", "  worker"]);
        host.Model.Dependencies = new Dictionary<string, IReadOnlyList<string>> { ["web"] = ["db"] };
        await Assert.That(host.Model.List.Rows.Select(static row => row.Label)).IsEquivalentTo(
            ["(none)", "  alone", "  worker", "  a", "  b", "web", "  db", "  web"]);
        host.Press("g");
        await Assert.That(host.Model.List.Rows.Count).IsEqualTo(6);
    }

    [Test]
    public async Task Definitions_are_read_again_after_a_request_that_changes_them(CancellationToken cancellation)
    {
        var host = FakeHost.With("web");
        var before = host.Model.DefinitionVersion;
        host.Update(FakeHost.Named("web"));
        await Assert.That(host.Model.DefinitionVersion).IsEqualTo(before);
        host.Model.Add(new ProcessEvent { Kind = EventKind.Request, Request = "stop" });
        host.Update(FakeHost.Named("web"));
        await Assert.That(host.Model.DefinitionVersion).IsEqualTo(before);
        host.Model.Add(new ProcessEvent { Kind = EventKind.Request, Request = "set" });
        await Assert.That(host.Model.DefinitionVersion).IsEqualTo(before).Because("it is not carried out yet");
        host.Update(FakeHost.Named("web"));
        await Assert.That(host.Model.DefinitionVersion).IsEqualTo(before + 1);
        host.Update(FakeHost.Named("web", "db"));
        await Assert.That(host.Model.DefinitionVersion).IsEqualTo(before + 2);
    }
}
