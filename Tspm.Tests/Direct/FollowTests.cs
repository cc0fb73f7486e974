using System.Text.Json;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Tests.Daemon;

namespace Tspm.Tests.Direct;

/// <summary>Commands that follow: what was, what comes, the end, and what a lost daemon leaves of it.</summary>
[Timeout(60_000)]
internal sealed class FollowTests
{
    /// <summary>Without what happened to the process, which is shown among the lines otherwise.</summary>
    const string FollowLogs = "logs -f web --out", FollowEvents = "events -f web --json";

    [Test]
    public async Task Logs_begin_with_the_last_lines_and_go_on(CancellationToken cancellation)
    {
        using var world = await WithWeb();
        world.Print("web", "zero\none\n");
        var running = world.Begin(FollowLogs + " -n 1");
        await Until(() => running.Out == "one\n", cancellation);
        world.Print("web", "tw");
        world.Print("web", "o\n");
        await Until(() => running.Out == "one\ntwo\n", cancellation);
        await EndsWell(world, running);
    }

    [Test]
    public async Task Logs_of_a_process_that_comes_later_are_followed_too(CancellationToken cancellation)
    {
        using var world = await WithWeb();
        world.Print("web", "one\n");
        var running = world.Begin("logs -f --out");
        await Until(() => running.Out == "web | one\n", cancellation);
        await world.Given(Seeds.Api);
        world.Print("api", "two\n");
        await Until(() => running.Out.EndsWith("api | two\n", StringComparison.Ordinal), cancellation);
        await EndsWell(world, running);
    }

    [Test]
    [Arguments(false), Arguments(true)]
    public async Task Logs_miss_nothing_and_repeat_nothing_when_the_daemon_is_lost(
        bool isHandedOver, CancellationToken cancellation)
    {
        using var world = await WithWeb();
        world.Print("web", "one\n");
        var running = world.Begin(FollowLogs);
        await Until(() => running.Out == "one\n", cancellation);
        await Lose(world, isHandedOver);
        world.Print("web", "two\n");
        await Until(() => running.Out.Contains("two", StringComparison.Ordinal), cancellation);
        await Lose(world, isHandedOver);
        world.Print("web", "three\n");
        await Until(() => running.Out.Contains("three", StringComparison.Ordinal), cancellation);
        await Assert.That(running.Out).IsEqualTo("one\ntwo\nthree\n");
        await EndsWell(world, running);
    }

    [Test]
    public async Task Events_begin_with_the_last_ones_and_go_on(CancellationToken cancellation)
    {
        using var world = await WithWeb();
        var running = world.Begin(FollowEvents);
        await Until(() => Kinds(running).Contains("started"), cancellation);
        world.Exit("web", 3);
        await Until(() => Kinds(running).Contains("exited"), cancellation);
        await EndsWell(world, running);
    }

    [Test]
    [Arguments(false), Arguments(true)]
    public async Task Events_miss_nothing_and_repeat_nothing_when_the_daemon_is_lost(
        bool isHandedOver, CancellationToken cancellation)
    {
        using var world = await WithWeb();
        var running = world.Begin(FollowEvents);
        await Until(() => Kinds(running).Contains("started"), cancellation);
        await Lose(world, isHandedOver);
        await world.Given("stop web");
        await Until(() => Kinds(running).Contains("stopped"), cancellation);
        var all = await world.Run("events web --json");
        await Assert.That(string.Join(' ', Sequence(running.Out))).IsEqualTo(string.Join(' ', Sequence(all.Out)));
        await EndsWell(world, running);
    }

    [Test]
    [Arguments(FollowLogs), Arguments(FollowEvents)]
    public async Task It_ends_when_nobody_reads_any_more(string line, CancellationToken cancellation)
    {
        using var world = await WithWeb();
        world.Print("web", "one\n");
        var running = world.Begin(line);
        await Until(() => running.Out.Length > 0, cancellation);
        running.IsReaderGone = true;
        while (!running.Ended.IsCompleted)
        {
            cancellation.ThrowIfCancellationRequested();
            world.Print("web", "more\n");
            await world.Run("restart web");
        }
        await Assert.That((await running.Ended).Code).IsEqualTo(0);
    }

    /// <summary>As a shell would say it: the output, and the exit code of the program.</summary>
    [Test]
    [Arguments(0), Arguments(3)]
    public async Task A_start_that_stays_attached_ends_with_its_program(int code, CancellationToken cancellation)
    {
        using var world = new VerbWorld();
        var running = world.Begin("start 'sleep 1' --name job --restart never --attach");
        await Until(() => running.Out.Contains("online", StringComparison.Ordinal), cancellation);
        // The stream begins with a heartbeat: from then on it is told of the end.
        await Until(() => world.Daemon.Context.Counters.Heartbeats > 0, cancellation);
        world.Print("job", "last words\n");
        world.Exit("job", code);
        var printed = await world.Finish(running);
        await Assert.That(printed.Code).IsEqualTo(code).Because(printed.ToString());
        await Assert.That(printed.Out).Contains("last words");
    }

    [Test]
    [Arguments(0, ""), Arguments(3, "job: exited with code 3\n")]
    public async Task A_job_that_prints_nothing_is_no_search_without_a_result(
        int code, string said, CancellationToken cancellation)
    {
        using var world = new VerbWorld();
        var running = world.Begin("start 'sleep 1' --name job --job --attach");
        await Until(() => running.Out.Contains("online", StringComparison.Ordinal), cancellation);
        await Until(() => world.Daemon.Context.Counters.Heartbeats > 0, cancellation);
        world.Exit("job", code);
        var printed = await world.Finish(running);
        await Assert.That(printed.Code).IsEqualTo(code).Because(printed.ToString());
        await Assert.That(printed.Err).IsEqualTo(said);
    }

    [Test]
    [Arguments("restart web", 1002), Arguments("restart-all", 1002), Arguments("start-all", 1001)]
    public async Task On_a_terminal_every_verb_that_starts_reports_an_early_death(
        string line, int pid, CancellationToken cancellation)
    {
        using var world = new VerbWorld();
        await world.Given(line == "start-all" ? Seeds.Down : Seeds.Web);
        var running = world.Begin(line, onTerminal: true);
        await Until(() => world.View("web").Pid == pid && world.States() == "web:0 online", cancellation);
        world.Exit("web", 7);
        var printed = await world.Finish(running);
        await Assert.That(printed.Code).IsEqualTo(1).Because(printed.ToString());
        await Assert.That(printed.Err).Contains("exited with code 7").And.Contains("tspm why web");
    }

    /// <summary>Nobody waits for it to settle, but its end is known already.</summary>
    [Test]
    [Arguments(3), Arguments(0)]
    public async Task A_job_that_fails_at_once_says_so(int code, CancellationToken cancellation)
    {
        using var world = new VerbWorld();
        world.Daemon.Machine.AfterSpawn = () =>
            world.Daemon.Machine.Exit(world.Daemon.Machine.Living.Single(), new ExitStatus(code, null));
        var printed = await world.Run("start 'sleep 1' --name job --job");
        await Assert.That(printed.Code).IsEqualTo(0).Because(printed.ToString());
        if (code == 0) await Assert.That(printed.Err).IsEmpty();
        else
        {
            await Assert.That(printed.Out).IsEqualTo("job: stopped\n");
            await Assert.That(printed.Err).Contains("job: exited with code 3").And.Contains("tspm logs job");
        }
    }

    [Test]
    public async Task A_start_that_settles_reports_an_early_death(CancellationToken cancellation)
    {
        using var world = new VerbWorld();
        var running = world.Begin(Seeds.Web + " --settle 1m");
        await Until(() => world.States() == "web:0 online", cancellation);
        world.Exit("web", 7);
        var printed = await world.Finish(running);
        await Assert.That(printed.Code).IsEqualTo(1).Because(printed.ToString());
        await Assert.That(printed.Err).Contains("web").And.Contains("7").And.Contains("tspm why");
    }

    [Test]
    public async Task A_start_that_settles_waits_as_long_as_it_was_told_to(CancellationToken cancellation)
    {
        using var world = new VerbWorld();
        var before = world.Now;
        var printed = await world.Run(Seeds.Web + " --settle 3s");
        await Assert.That(printed.Code).IsEqualTo(0).Because(printed.ToString());
        await Assert.That((world.Now - before).TotalSeconds).IsBetween(3, 4);
    }

    [Test]
    [Arguments("wait web --for stopped", "stop web", 0)]
    [Arguments("wait web --for exited", "restart web", 0)]
    [Arguments("wait web --for errored", "stop web", 1)]
    [Arguments("wait web --for errored", "delete web", 1)]
    public async Task A_wait_ends_with_the_event_that_decides_it(
        string line, string deed, int code, CancellationToken cancellation)
    {
        using var world = await WithWeb();
        var running = world.Begin(line);
        await Until(() => world.Daemon.Context.Counters.Heartbeats > 0, cancellation);
        await world.Given(deed);
        var printed = await world.Finish(running);
        await Assert.That(printed.Code).IsEqualTo(code).Because(printed.ToString());
    }

    [Test]
    [Arguments(false), Arguments(true)]
    public async Task A_wait_goes_on_when_the_daemon_is_lost(bool isHandedOver, CancellationToken cancellation)
    {
        using var world = await WithWeb();
        var running = world.Begin("wait web --for stopped");
        await Until(() => world.Daemon.Context.Counters.Heartbeats > 0, cancellation);
        await Lose(world, isHandedOver);
        await world.Given("stop web");
        var printed = await world.Finish(running);
        await Assert.That(printed.Code).IsEqualTo(0).Because(printed.ToString());
        await Assert.That(printed.Out).IsEqualTo("web: stopped\n");
    }

    static async Task<VerbWorld> WithWeb()
    {
        var world = new VerbWorld();
        await world.Given(Seeds.Web);
        return world;
    }

    /// <summary>That a client goes is ordinary; it must not look like a fault of the daemon in its log.</summary>
    [Test]
    [Arguments("logs"), Arguments("events")]
    public async Task A_client_that_goes_while_it_is_sent_something_is_not_a_fault(
        string method, CancellationToken cancellation)
    {
        using var world = await WithWeb();
        // More than fits into a socket, so the daemon waits in the middle of a message.
        world.Print("web", string.Concat(Enumerable.Repeat(new string('x', 999) + "\n", 4000)));
        for (var i = 0; i < 4000; i++)
            world.Daemon.Context.Events.Append(new ProcessEvent { Kind = "request", Request = new string('x', 999) });
        await world.Daemon.Context.Events.Settled();
        using (var client = world.Daemon.Connect())
        {
            client.Send($$$"""{"jsonrpc":"2.0","id":1,"method":"{{{method}}}","params":{"lines":4000,"follow":true}}"""
                + "\n");
            await Assert.That(client.ReadLine()).IsNotNull();
            await Assert.That(client.ReadLine()).IsNotNull();
        }
        await Until(
            () => world.Answers(method, ErrorCode.Failed) + world.Answers(method, ErrorCode.InternalError) == 1,
            cancellation);
        await Assert.That(world.Daemon.Faults).IsEmpty();
    }

    static Task Lose(VerbWorld world, bool isHandedOver)
    {
        if (isHandedOver) return world.Daemon.HandOver();
        world.Daemon.BreakConnections();
        return Task.CompletedTask;
    }

    /// <summary>The daemon ends on purpose: the stream gets its answer.</summary>
    static async Task EndsWell(VerbWorld world, RunningVerb running)
    {
        await world.Daemon.EndConnections();
        var printed = await running.Ended;
        await Assert.That(printed.Code).IsEqualTo(0).Because(printed.ToString());
        await Assert.That(printed.Err).IsEmpty();
        await Assert.That(world.Daemon.Faults).IsEmpty();
    }

    static List<JsonElement> Events(string text)
    {
        var events = new List<JsonElement>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            events.Add(JsonDocument.Parse(line).RootElement);
        return events;
    }

    static List<string> Kinds(RunningVerb running) =>
        [.. Events(running.Out).Select(static happened => happened.GetProperty("kind").GetString()!)];

    static List<long> Sequence(string text) =>
        [.. Events(text).Select(static happened => happened.GetProperty("seq").GetInt64())];

    static async Task Until(Func<bool> isSo, CancellationToken cancellation)
    {
        while (!isSo()) await Task.Delay(1, cancellation);
    }
}
