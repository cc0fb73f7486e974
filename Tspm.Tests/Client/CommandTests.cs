using System.Text.Json;
using Tspm.Client;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Launching;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Tests.Client;

[Timeout(60_000)]
public sealed class CommandTests
{
    sealed class Launcher(Action start) : IDaemonLauncher
    {
        public int Starts { get; private set; }

        public void Start()
        {
            Starts++;
            start();
        }
    }

    sealed record Result(int Code, string Out, string Err, int Starts);

    static Result Run(FakeDaemon daemon, Action? start, params string[] args)
    {
        var (output, errors) = (new Screen(), new Screen());
        var launcher = new Launcher(start
            ?? (static () => throw new InvalidOperationException("nothing may start a daemon here")));
        var session = new ClientSession(daemon.Home, launcher, output.Writer, errors.Writer)
        { UnmanagedNotice = static () => null, Pause = static _ => { } };
        var code = CommandRouter.Run(session, args);
        return new Result(code, output.Text, errors.Text, launcher.Starts);
    }

    /// <summary>Names of one letter have their letter's number, so that two of them are two processes.</summary>
    static string Outcome(string name, string state, string more = "") => $$"""{"id":{{(int)name[0]}},"name":"{{name}}","instance":0,"state":"{{state}}"{{more}}}""";

    static string Changed(string request, params string[] outcomes) =>
        FakeDaemon.Result(request, $$"""{"success":true,"processes":[{{string.Join(',', outcomes)}}]}""");

    [Test]
    public async Task A_changing_verb_starts_the_daemon_when_none_runs(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => Changed(request, Outcome("web", "online", ",\"pid\":12")),
            started: false);
        var result = Run(daemon, daemon.Start, "start", "node server.js", "--name", "web", "-e", "B=2,3", "--",
            "--port", "80");
        await Assert.That(result).IsEqualTo(new Result(0, "web: online (pid 12)\n", "", 1));
        var sent = JsonDocument.Parse(daemon.Requests[0]).RootElement.GetProperty("params");
        await Assert.That(sent.GetProperty("selectors")[0].GetString()).IsEqualTo("node server.js");
        await Assert.That(sent.GetProperty("define")[0].GetProperty("args").GetRawText()).IsEqualTo("""["server.js","--port","80"]""");
        await Assert.That(sent.GetProperty("define")[0].GetProperty("env").GetProperty("B").GetString())
            .IsEqualTo("2,3");
        await Assert.That(sent.GetProperty("client").GetProperty("workingDirectory").GetString())
            .IsEqualTo(Environment.CurrentDirectory);
    }

    /// <summary>Nothing on the way reads it a second time: neither as a flag nor as a list.</summary>
    [Test]
    public async Task What_was_typed_reaches_the_daemon_as_it_was_typed(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => Changed(request, Outcome("job", "online")));
        string[] odd = ["--", "-h", "--help", "--version", "a,b", "", "\u001f", "\u001e", "\u001e1", "[1]"];
        var result = Run(daemon, null, ["start", "--name", "job", "--no-wait", "--", "./run", .. odd]);
        await Assert.That(result).IsEqualTo(new Result(0, "job: online\n", "", 0));
        var sent = JsonDocument.Parse(daemon.Requests[0]).RootElement.GetProperty("params");
        await Assert.That(sent.GetProperty("wait").GetBoolean()).IsFalse();
        var define = sent.GetProperty("define")[0];
        await Assert.That(define.GetProperty("name").GetString()).IsEqualTo("job");
        await Assert.That(define.GetProperty("command").GetString()).IsEqualTo("./run");
        var args = define.GetProperty("args").EnumerateArray().Select(static arg => arg.GetString()!).ToArray();
        await Assert.That(args.SequenceEqual(odd)).IsTrue().Because(string.Join('|', args));
    }

    [Test]
    [Arguments("--no-wait --wait", true), Arguments("--wait --no-wait", false), Arguments("--no-wait", false)]
    [Arguments("--wait=false --no-wait=false", true), Arguments("--json --no-json", true)]
    public async Task The_last_word_on_a_switch_counts(string flags, bool waits, CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => Changed(request, Outcome("web", "stopped")));
        var result = Run(daemon, null, ["stop", "web", .. flags.Split(' ')]);
        await Assert.That(result).IsEqualTo(new Result(0, "web: stopped\n", "", 0));
        var sent = JsonDocument.Parse(daemon.Requests[0]).RootElement.GetProperty("params");
        await Assert.That(sent.GetProperty("wait").GetBoolean()).IsEqualTo(waits);
    }

    [Test]
    [Arguments(true), Arguments(false)]
    public async Task Only_what_was_started_is_told_about_its_port(bool isStarted, CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request =>
            isStarted ? Changed(request, Outcome("web", "online")) : FakeDaemon.Result(request,
                $$"""{"success":false,"processes":[{{Outcome("web", "errored", ",\"error\":\"exited with code 7\"")}}]}"""));
        var (output, errors) = (new Screen(isTerminal: true), new Screen());
        var session = new ClientSession(daemon.Home, new Launcher(static () => { }), output.Writer, errors.Writer)
        { UnmanagedNotice = static () => null, Pause = static _ => { } };
        var code = CommandRouter.Run(session, ["start", "node server.js", "--name", "web", "-i", "2"]);
        await Assert.That((code, errors.Text.Contains("2 instances cannot listen on the same port on their own")))
            .IsEqualTo((isStarted ? 0 : 1, isStarted));
        await Assert.That(daemon.Requests).IsNotEmpty();
    }

    [Test]
    public async Task A_daemon_that_is_just_dying_is_replaced_and_not_asked_to_change_anything(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => Changed(request, Outcome("web", "stopped")))
        {
            DyingConnections = 2,
        };
        await Assert.That(Run(daemon, static () => { }, "stop", "web"))
            .IsEqualTo(new Result(0, "web: stopped\n", "", 2));
        await Assert.That(daemon.Requests.Count).IsEqualTo(1);
    }

    [Test]
    public async Task Daemon_start_believes_only_a_daemon_that_answers(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(static _ => null) { DyingConnections = 1 };
        await Assert.That(Run(daemon, static () => { }, "daemon", "start"))
            .IsEqualTo(new Result(0, "the daemon is running\n", "", 1));
        await Assert.That(Run(daemon, null, "daemon", "start"))
            .IsEqualTo(new Result(0, "the daemon is already running\n", "", 0));
    }

    [Test]
    public async Task A_daemon_that_only_dies_is_not_started_for_ever(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(static _ => null) { DyingConnections = 100 };
        var result = Run(daemon, static () => { }, "stop", "web");
        await Assert.That(result.Code).IsEqualTo(4);
        await Assert.That(result.Starts).IsEqualTo(4);
    }

    [Test]
    public async Task No_auto_start_turns_it_off(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(static _ => null, started: false);
        await Assert.That(Run(daemon, null, "stop", "web", "--no-auto-start"))
            .IsEqualTo(new Result(4, "", "no daemon is running; start one with: tspm daemon start\n", 0));
    }

    /// <summary>A daemon is started only for what it may know.</summary>
    [Test]
    [Arguments("", 3, 0), Arguments("web", 0, 1), Arguments("other", 3, 0), Arguments("{", 0, 1)]
    [Arguments("""{"format":99,"nextId":1,"processes":[],"environments":{}}""", 0, 1), Arguments("a run record", 0, 1)]
    public async Task A_daemon_is_started_only_for_a_process_that_it_may_know(
        string saved, int code, int starts, CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => Changed(request, Outcome("web", "stopped")), started: false);
        var store = new ProcessStore(daemon.Home, TimeProvider.System);
        if (saved is "web" or "other") store.Save(Saved(saved));
        if (saved.StartsWith('{')) await File.WriteAllTextAsync(daemon.Home.ProcessesFile, saved, cancel);
        Directory.CreateDirectory(daemon.Home.RunFolder);
        if (saved == "a run record") new RunRecordStore(daemon.Home).Save(new InstanceKey(9, 0), new RunRecord());
        var result = Run(daemon, daemon.Start, "stop", "web");
        await Assert.That((result.Code, result.Starts)).IsEqualTo((code, starts)).Because(result.ToString());
    }

    static ProcessesFile Saved(string name)
    {
        var definition = new ProcessDefinition
        {
            Id = 1,
            Config = new ProcessConfig { Name = name, Command = name },
            EnvironmentKey = "e",
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        return ProcessesFile.Empty with
        {
            NextId = 2,
            Processes = [SavedProcess.From(definition, DesiredState.Up)],
            Environments = new Dictionary<string, IReadOnlyDictionary<string, string>>
            {
                ["e"] = new Dictionary<string, string>(),
            },
        };
    }

    [Test]
    public async Task A_launch_that_fails_gives_its_reason(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(static _ => null, started: false);
        var result = Run(daemon, static () => throw new DaemonException(LocalError.StartFailed, "the disk is full"),
            "stop-all");
        await Assert.That(result).IsEqualTo(new Result(1, "", "the disk is full\n", 1));
    }

    [Test]
    [Arguments("list")]
    [Arguments("describe web")]
    [Arguments("env web")]
    [Arguments("pid web")]
    [Arguments("logs web")]
    [Arguments("logs -f web")]
    [Arguments("search web")]
    [Arguments("status")]
    [Arguments("ping")]
    public async Task A_reading_verb_never_starts_a_daemon(string typed, CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(static _ => null, started: false);
        // In a fresh home the first thing that people type says what to type next.
        var says = typed == "list"
            ? "no daemon is running, and no process is defined yet; start one with: tspm start COMMAND"
            : "no daemon is running; start one with: tspm daemon start";
        await Assert.That(Run(daemon, null, typed.Split(' ')))
            .IsEqualTo(new Result(4, "", says + "\n", 0));
    }

    [Test]
    public async Task List_as_JSON_on_a_cold_home_is_an_empty_array(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(static _ => null, started: false);
        await Assert.That(Run(daemon, null, "list", "--json")).IsEqualTo(new Result(0, "[]\n", "", 0));
        await File.WriteAllTextAsync(daemon.Home.ProcessesFile, "{}", cancel);
        await Assert.That(Run(daemon, null, "list", "--json").Code).IsEqualTo(4);
    }

    [Test]
    public async Task Status_as_JSON_without_a_daemon_has_all_members_and_exits_4(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(static _ => null, started: false);
        var result = Run(daemon, null, "status", "--json");
        await Assert.That(result.Code).IsEqualTo(4);
        using var document = JsonDocument.Parse(result.Out);
        await Assert.That(document.RootElement.GetProperty("running").GetBoolean()).IsFalse();
        await Assert.That(document.RootElement.EnumerateObject().Select(static member => member.Name))
            .IsEquivalentTo(new[]
        {
            "running", "pid", "guardianPid", "version", "protocolVersion", "uptimeMs", "socketPath", "home",
            "memoryBytes", "processes", "service", "troubles", "daemonDeaths", "limits", "counters",
        });
    }

    [Test]
    public async Task An_outcome_that_failed_is_told_on_standard_error_with_its_last_words(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => Changed(
            request, Outcome("a", "online", ",\"pid\":5"),
                Outcome("b\\u001b[2J", "errored", ",\"error\":\"exited 1\",\"lastLines\":[\"boom\\u0007\"]")));
        var result = Run(daemon, null, "restart", "all");
        await Assert.That(result.Code).IsEqualTo(1);
        await Assert.That(result.Out).IsEqualTo("a: online (pid 5)\n");
        await Assert.That(result.Err).IsEqualTo("b\\e[2J: exited 1\nb\\e[2J: last lines of its output:\n  boom\\x07\n");
    }

    [Test]
    public async Task Stopping_what_is_stopped_is_done(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request =>
            Changed(request, Outcome("web", "stopped", ",\"unchanged\":true")));
        await Assert.That(Run(daemon, null, "stop", "web"))
            .IsEqualTo(new Result(0, "web: was already stopped\n", "", 0));
    }

    [Test]
    public async Task An_effect_that_was_not_saved_exits_1(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => FakeDaemon.Result(
            request, $$"""{"success":false,"processes":[{{Outcome("web", "stopped")}}],"error":"not saved: disk full"}"""));
        await Assert.That(Run(daemon, null, "stop", "web"))
            .IsEqualTo(new Result(1, "web: stopped\n", "not saved: disk full\n", 0));
    }

    [Test]
    public async Task JSON_of_a_change_is_one_document_with_nulls(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => Changed(request, Outcome("web", "stopped")));
        using var document = JsonDocument.Parse(Run(daemon, null, "stop", "web", "--json").Out);
        await Assert.That(document.RootElement.GetProperty("processes")[0].GetProperty("pid").ValueKind)
            .IsEqualTo(JsonValueKind.Null);
    }

    [Test]
    public async Task An_unknown_selector_exits_3(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request =>
            FakeDaemon.Error(request, ErrorCode.NoSuchProcess, "no process fits 'x'"));
        await Assert.That(Run(daemon, null, "stop", "x")).IsEqualTo(new Result(3, "", "no process fits 'x'\n", 0));
    }

    [Test]
    public async Task Logs_end_with_the_answer(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => request.Contains("\"list\"", StringComparison.Ordinal)
            ? FakeDaemon.Result(request, """{"processes":[]}""")
            : Log(1, "one") + Log(2, "two") + FakeDaemon.Result(request, """{"lines":2}"""));
        await Assert.That(Run(daemon, null, "logs", "web")).IsEqualTo(new Result(0, "one\ntwo\n", "", 0));
        await Assert.That(Run(daemon, null, "logs")).IsEqualTo(new Result(0, "web | one\nweb | two\n", "", 0));
    }

    [Test]
    public async Task Following_goes_on_behind_the_last_byte_when_the_daemon_comes_back(CancellationToken cancel)
    {
        var streams = 0;
        using var daemon = new FakeDaemon(request =>
        {
            if (request.Contains("\"list\"", StringComparison.Ordinal)) return FakeDaemon.Result(request, """{"processes":[]}""");
            // The first stream breaks in the middle of a line; the answer ends the second one, for the test.
            return ++streams == 1
                ? Log(4, "one") + "{\"half" + FakeDaemon.ThenClose
                : Log(8, "two") + FakeDaemon.Result(request, """{"lines":1}""");
        });
        await Assert.That(Run(daemon, null, "logs", "-f", "web")).IsEqualTo(new Result(0, "one\ntwo\n", "", 0));
        await Assert.That(daemon.Requests[^1]).Contains("\"after\":{\"1.0.out\":4}");
    }

    static string Log(long seq, string text) =>
        $$$"""{"jsonrpc":"2.0","method":"log","params":{"id":1,"name":"web","instance":0,"stream":"out","seq":{{{seq}}},"text":"{{{text}}}"}}""" + "\n";

    [Test]
    public async Task PM2_habits_are_answered(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(static _ => null, started: false);
        await Assert.That(Run(daemon, null, "save").Err).Contains("saved");
        await Assert.That(Run(daemon, null, "resurrect").Code).IsEqualTo(0);
        await Assert.That(Run(daemon, null, "kill").Out).IsEqualTo("no daemon was running\n");
        await Assert.That(Run(daemon, null, "jlist").Out).IsEqualTo("[]\n");
    }

    [Test]
    public async Task Daemon_start_and_stop_are_done_when_there_is_nothing_to_do(CancellationToken cancel)
    {
        using var running = new FakeDaemon(static _ => null);
        await Assert.That(Run(running, null, "daemon", "start"))
            .IsEqualTo(new Result(0, "the daemon is already running\n", "", 0));
        using var missing = new FakeDaemon(static _ => null, started: false);
        await Assert.That(Run(missing, null, "daemon", "stop").Code).IsEqualTo(0);
        await Assert.That(Run(missing, missing.Start, "daemon", "start").Starts).IsEqualTo(1);
    }

    [Test]
    public async Task Pid_exits_1_when_it_does_not_run(CancellationToken cancel)
    {
        var json = JsonSerializer
            .Serialize([OutputTests.Status(),
                OutputTests.Status("b", 2) with { Pid = null, State = Tspm.Model.State.ProcessState.Stopped }],
                    WireJson.Default.IReadOnlyListProcessStatus);
        using var daemon = new FakeDaemon(request => FakeDaemon.Result(request, $$"""{"processes":{{json}}}"""));
        await Assert.That(Run(daemon, null, "pid", "all"))
            .IsEqualTo(new Result(1, "42\n", "b is not running: it is stopped\n", 0));
    }
}
