using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>The daemon comes when it is needed, once, and never because somebody only looked.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class AutoStartTests
{
    [Test]
    public async Task Clients_that_really_meet_on_a_cold_home_elect_one_daemon(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        // Waiting shells that all see the same file appear: clients started one by one find the daemon of the first.
        var ran = await box.Shell($$"""
            for i in $(seq 30); do
              (until [ -e go ]; do :; done; timeout 20 '{{PublishedExecutable.Path}}' start --name "p$i" -- sleep 1000 >/dev/null 2>&1; echo "exit $?") &
            done
            touch go; wait
            """);
        await Assert.That(ran.Lines.Count(line => line == "exit 0")).IsEqualTo(30).Because(ran.ToString());
        await Assert.That((await box.List()).Count(entry => entry.IsOnline)).IsEqualTo(30);
    }

    [Test]
    public async Task Fifty_clients_at_once_on_a_cold_home_get_one_daemon_and_fifty_right_answers(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var starts = Enumerable.Range(0, 50)
            .Select(i => box.Run("start", "--name", $"p{i}", "--json", "--", "sleep", "1000")).ToArray();
        var answers = await Task.WhenAll(starts);
        for (var i = 0; i < answers.Length; i++)
        {
            var started = answers[i].Exits(0).Json.GetProperty("processes")[0];
            await Assert.That(started.GetProperty("name").GetString()).IsEqualTo($"p{i}");
            await Assert.That(LiveProcess.IsAlive(started.GetProperty("pid").GetInt32())).IsTrue();
        }
        var list = await box.List();
        await Assert.That(list.Count(entry => entry.IsOnline)).IsEqualTo(50);
        await Assert.That(list.Select(entry => entry.Id).Distinct().Count()).IsEqualTo(50);
        var daemons = LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}")
            .Where(pid => LiveProcess.CommandOf(pid).StartsWith("tspm", StringComparison.Ordinal));
        await Assert.That(daemons.Count()).IsEqualTo(2).Because("one guardian and one daemon");
    }

    [Test]
    [Arguments("list"), Arguments("describe all"), Arguments("env all"), Arguments("pid all"), Arguments("status"),
        Arguments("ping"), Arguments("search x")]
    public async Task A_reading_verb_never_starts_a_daemon(string line, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var ran = await box.Run(line.Split(' '));
        ran.Exits(4).Says("no daemon is running");
        await Assert.That(ran.Out).IsEqualTo("");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
        await Assert.That(LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}").Count).IsEqualTo(0);
    }

    [Test]
    public async Task The_list_of_an_untouched_home_is_an_empty_array(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var list = await box.Ok("list", "--json");
        await Assert.That(list.Json.GetArrayLength()).IsEqualTo(0);
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
    }

    [Test]
    public async Task With_something_defined_and_no_daemon_list_exits_4(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "sleep 1000", "--name", "one");
        await box.Ok("daemon", "stop");
        (await box.Run("list", "--json")).Exits(4).Says("no daemon is running");
    }

    [Test]
    public async Task No_auto_start_is_obeyed(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("start", "sleep 1000", "--no-auto-start")).Exits(4).Says("no daemon is running");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
    }

    [Test]
    public async Task The_daemon_is_detached_from_whoever_started_it(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var (daemon, guardian) = await box.DaemonPids();
        await Assert.That(LiveProcess.SessionOf(guardian)).IsEqualTo(guardian).Because("a session of its own");
        await Assert.That(LiveProcess.ParentOf(daemon)).IsEqualTo(guardian);
        foreach (var pid in new[] { daemon, guardian })
            for (var descriptor = 0; descriptor <= 2; descriptor++)
                await Assert.That(File.ResolveLinkTarget($"/proc/{pid}/fd/{descriptor}", false)!.FullName)
                    .DoesNotContain("pipe:");
    }

    [Test]
    public async Task Descriptors_that_the_client_inherited_do_not_live_on_in_the_daemon(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var file = box.Write("held", "");
        (await box.Shell($"exec 9>>'{file}'; tspm start 'sleep 1000' --name s")).Exits(0);
        var (daemon, guardian) = await box.DaemonPids();
        foreach (var pid in new[] { daemon, guardian, await box.PidOf("s") })
            await Assert.That(Directory.EnumerateFiles($"/proc/{pid}/fd").Select(link =>
                File.ResolveLinkTarget(link, false)?.FullName)).DoesNotContain(file);
    }

    [Test]
    public async Task Daemon_start_and_stop_are_done_when_they_answer_and_may_be_repeated(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        await box.Ok("daemon", "start");
        await box.Ok("ping");
        var (daemon, guardian) = await box.DaemonPids();
        await box.Ok("daemon", "stop");
        await Assert.That(LiveProcess.IsAlive(daemon) || LiveProcess.IsAlive(guardian)).IsFalse();
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
        await Assert.That(File.Exists(Path.Combine(box.Home, "daemon.state"))).IsFalse();
        await box.Ok("daemon", "stop");
        (await box.Run("ping")).Exits(4);
    }

    [Test]
    public async Task The_home_is_private_and_the_state_tells_the_truth(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var (daemon, guardian) = await box.DaemonPids();
        await Assert.That((int)File.GetUnixFileMode(box.Home)).IsEqualTo(Convert.ToInt32("700", 8));
        foreach (var file in Directory.EnumerateFiles(box.Home, "*", SearchOption.AllDirectories))
            await Assert.That((int)File.GetUnixFileMode(file)).IsEqualTo(Convert.ToInt32("600", 8)).Because(file);
        var state = System.Text.Json.JsonDocument
            .Parse(File.ReadAllText(Path.Combine(box.Home, "daemon.state"))).RootElement;
        await Assert.That(state.GetProperty("pid").GetInt32()).IsEqualTo(daemon);
        await Assert.That(state.GetProperty("guardianPid").GetInt32()).IsEqualTo(guardian);
        await Assert.That(state.GetProperty("socketPath").GetString()).IsEqualTo(box.SocketPath);
        foreach (var name in new[] { "version", "protocolVersion", "startedAt" })
            await Assert.That(state.TryGetProperty(name, out _)).IsTrue();
    }
}
