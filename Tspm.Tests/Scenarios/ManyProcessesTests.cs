using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Many at once.</summary>
[Timeout(120_000), NotInParallel("many processes")]
public class ManyProcessesTests
{
    [Test]
    public async Task A_thousand_processes_are_started_listed_and_stopped(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "-i", "1000", "--", "sleep", "1000");
        var list = await box.List();
        await Assert.That(list.Count(entry => entry.IsOnline)).IsEqualTo(1000);
        await Assert.That(list.Select(entry => entry.Pid).Distinct().Count()).IsEqualTo(1000);
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon);
        var after = await box.Until(async () => await box.Run("list", "--json") is { ExitCode: 0 } ran ? ran : null, "the daemon is back");
        var pids = after.Json.EnumerateArray().Select(entry => new Entry(entry).Pid);
        await Assert.That(pids.SequenceEqual(list.Select(entry => entry.Pid))).IsTrue();
        await box.Ok("stop-all");
        await Assert.That((await box.List()).Count(entry => entry.State == "stopped")).IsEqualTo(1000);
        await Assert.That(list.Count(entry => LiveProcess.IsAlive(entry.Pid!.Value))).IsEqualTo(0);
    }
}
