using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// Many clients at once, and daemons that die among them: never two children, and what was acknowledged is there.
/// </summary>
[Timeout(180_000), ParallelLimiter<ScenarioLimit>]
public class ConcurrencyTests
{
    [Test]
    public async Task Of_many_clients_that_start_one_name_one_wins(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var ran = await Task
            .WhenAll(Enumerable.Range(0, 20).Select(_ => box.Run("start", "sleep 1000", "--name", "one")));
        await Assert.That(ran.Count(each => each.ExitCode == 0)).IsEqualTo(1);
        foreach (var other in ran.Where(each => each.ExitCode != 0)) other.Exits(1).Says("already online");
        await Assert.That(Children(box, "one").Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_storm_of_restarts_and_stops_leaves_one_truth(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        string[] verbs = ["restart", "stop", "start", "restart", "reset", "describe"];
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => box.Run(verbs[i % verbs.Length], "s")));
        await box.Ok("restart", "s");
        await Assert.That(Children(box, "s")).IsEquivalentTo(new[] { await box.PidOf("s") });
        await box.Ok("stop", "s");
        await Assert.That(Children(box, "s").Count).IsEqualTo(0);
    }

    [Test]
    public async Task What_was_acknowledged_is_there_however_often_the_daemon_dies(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        var ran = new List<Ran>();
        for (var round = 0; round < 4; round++)
        {
            var adds = Enumerable.Range(0, 10)
                .Select(i => box.Run("start", "--name", $"p{round}.{i}", "--", "sleep", "1000")).ToArray();
            // Now before the first answer, now right behind it: a daemon killed early every time may have acknowledged
            // nothing.
            if (round % 2 == 1) await FirstSuccess(adds);
            if (await box.Run("status", "--json") is { ExitCode: 0 } status)
                LiveProcess.Kill(status.Json.GetProperty("pid").GetInt32());
            ran.AddRange(await Task.WhenAll(adds));
        }
        await box.Until(async () => await box.Run("ping") is { ExitCode: 0 } pong ? pong : null, "a daemon answers");
        var there = (await box.List()).ToDictionary(entry => entry.Name);
        foreach (var each in ran.Where(each => each.ExitCode == 0))
        {
            var name = each.CommandLine.Split(' ')[3];
            await Assert.That(there.ContainsKey(name)).IsTrue().Because(each.ToString());
            await Assert.That(Children(box, name)).IsEquivalentTo(new[] { there[name].Pid!.Value });
        }
        foreach (var each in ran.Where(each => each.ExitCode != 0))
            await Assert.That(each.ExitCode is 1 or 4).IsTrue().Because(each.ToString());
        await Assert.That(ran.Count(each => each.ExitCode == 0)).IsGreaterThan(0);
    }

    [Test]
    public async Task What_was_acknowledged_while_the_daemon_was_being_stopped_comes_back(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        var starts = Enumerable.Range(0, 20)
            .Select(i => box.Run("start", "--name", $"p{i}", "--no-auto-start", "--", "sleep", "1000")).ToArray();
        var stop = box.Run("daemon", "stop");
        var ran = await Task.WhenAll(starts);
        (await stop).Exits(0);
        foreach (var each in ran) await Assert.That(each.ExitCode is 0 or 1 or 4).IsTrue().Because(each.ToString());
        await Assert.That(LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}").Count).IsEqualTo(0);
        await box.Ok("daemon", "start");
        var names = (await box.List()).Select(entry => entry.Name).ToHashSet();
        foreach (var each in ran.Where(each => each.ExitCode == 0))
            await Assert.That(names.Contains(each.CommandLine.Split(' ')[3])).IsTrue().Because(each.ToString());
    }

    [Test]
    public async Task A_client_that_never_reads_holds_up_nobody(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "yes", "--", "sh", "-c",
            "yes 'a line that is neither short nor long' | head -n 200000; exec sleep 1000");
        await box.Until(() => File.Exists(box.OutLog("yes")) && new FileInfo(box.OutLog("yes")).Length > 5_000_000,
            "there is a lot to read");
        using var lazy = new RawSocket(box, cancellation);
        await lazy.Send("""{"jsonrpc":"2.0","id":1,"method":"logs","params":{"lines":200000,"follow":true}}""" + "\n");
        using var flood = new RawSocket(box, cancellation);
        for (var i = 0; i < 100; i++) await flood.Send("""{"jsonrpc":"2.0","id":1,"method":"list"}""" + "\n");
        await box.Ok("ping");
        await box.Ok("restart", "yes");
        await box.Ok("stop", "yes");
    }

    static async Task FirstSuccess(IEnumerable<Task<Ran>> commands)
    {
        await foreach (var ended in Task.WhenEach(commands))
            if ((await ended).ExitCode == 0) return;
    }

    static IReadOnlyList<int> Children(TspmBox box, string name) =>
        [.. LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}").Where(pid =>
            LiveProcess.IsAlive(pid) && NameOf(pid) == name)];

    static string? NameOf(int pid)
    {
        try
        {
            return LiveProcess.EnvironmentOf(pid).GetValueOrDefault("TSPM_NAME");
        }
        catch (IOException)
        {
            return null; // gone meanwhile
        }
    }
}
