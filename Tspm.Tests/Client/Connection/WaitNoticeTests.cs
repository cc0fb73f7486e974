using Tspm.Client.Connection;
using Tspm.Client.Terminal;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Client.Connection;

/// <summary>What is said while a request takes long.</summary>
[Timeout(30_000)]
public sealed class WaitNoticeTests
{
    static readonly ProcessStatus Stubborn = OutputTests.Status("stubborn") with
    {
        State = ProcessState.Stopping,
        StopSignal = "SIGTERM",
        KillInMs = 7000,
    };

    static readonly ProcessStatus Slow = OutputTests.Status("slow", 2) with
    {
        State = ProcessState.Starting,
        WaitsFor = "tcp 127.0.0.1:9",
        UptimeMs = 12_000,
        StartTimeoutInMs = 48_000,
    };

    static readonly StopRequest Stop = new() { Selectors = ["stubborn"] };

    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    static (Screen Screen, WaitNotice Notice) Make(
        bool isTerminal, int width, params IReadOnlyList<ProcessStatus>?[] answers)
    {
        var screen = new Screen(isTerminal);
        var left = new Queue<IReadOnlyList<ProcessStatus>?>(answers);
        return (screen, new WaitNotice(screen.Writer, (_, _) => left.Dequeue(), () => new TerminalSize(width, 24)));
    }

    [Test]
    public async Task On_a_terminal_one_line_counts_down_and_goes_away(CancellationToken cancel)
    {
        var (screen, notice) = Make(true, 80, [Stubborn], [Stubborn with { KillInMs = null }]);
        await Assert.That(notice.Show(Methods.Stop.Name, Stop, 2 * Second)).IsTrue();
        await Assert.That(screen.Text).IsEqualTo("\rstubborn is stopping: SIGTERM sent, SIGKILL in 7 s");
        await Assert.That(notice.Show(Methods.Stop.Name, Stop, 3 * Second)).IsTrue();
        notice.Clear();
        notice.Clear();
        // The shorter line covers the longer one, and nothing is left in the end.
        var shorter = "stubborn is stopping: SIGKILL sent";
        await Assert.That(screen.Text).EndsWith(
            $"\r{shorter}{new string(' ', 50 - shorter.Length)}\r{new string(' ', shorter.Length)}\r");
    }

    [Test]
    public async Task In_a_pipe_it_is_said_once(CancellationToken cancel)
    {
        var (screen, notice) = Make(false, 80, [Stubborn]);
        await Assert.That(notice.Show(Methods.Stop.Name, Stop, 2 * Second)).IsFalse();
        notice.Clear();
        await Assert.That(screen.Text).IsEqualTo("stubborn is stopping: SIGTERM sent, SIGKILL in 7 s\n");
    }

    [Test]
    public async Task A_program_that_reads_is_not_disturbed(CancellationToken cancel)
    {
        var (screen, notice) = Make(false, 80);
        await Assert.That(notice.Show(Methods.List.Name, new ListRequest(), 2 * Second)).IsFalse();
        await Assert.That(screen.Text).IsEmpty();
    }

    [Test]
    public async Task A_start_says_what_it_waits_for_and_that_it_may_be_left(CancellationToken cancel)
    {
        var request = new StartRequest { Selectors = ["slow"] };
        var (screen, notice) = Make(true, 80, [Slow], [Slow with { StartTimeoutInMs = 46_000, UptimeMs = 14_000 }]);
        notice.Show(Methods.Start.Name, request, 2 * Second);
        await Assert.That(screen.Text)
            .IsEqualTo("\rslow waits for tcp 127.0.0.1:9 (12 of 60 s); Ctrl-C leaves it starting");
    }

    [Test]
    public async Task A_restart_shows_each_of_its_halves(CancellationToken cancel)
    {
        var request = new RestartRequest { Selectors = ["all"] };
        var (screen, notice) = Make(true, 120, [Stubborn, Slow, OutputTests.Status("web", 3)]);
        notice.Show(Methods.Restart.Name, request, 2 * Second);
        await Assert.That(screen.Text).IsEqualTo(
            "\rstubborn is stopping: SIGTERM sent, SIGKILL in 7 s; 1 other process is not done yet");
    }

    [Test]
    public async Task Several_others_are_counted(CancellationToken cancel)
    {
        var reloading = Slow with { State = ProcessState.Online };
        var (screen, notice) = Make(false, 120, [reloading, Stubborn, OutputTests.Status("web", 3) with
        {
            State = ProcessState.Starting,
        }]);
        notice.Show(Methods.Reload.Name, new RestartRequest { Selectors = ["all"] }, 2 * Second);
        await Assert.That(screen.Text).StartsWith("slow waits for tcp 127.0.0.1:9 (")
            .And.EndsWith("; 2 other processes are not done yet\n");
    }

    [Test]
    public async Task A_stop_does_not_wait_for_what_starts(CancellationToken cancel)
    {
        var (screen, notice) = Make(true, 120, [Slow]);
        notice.Show(Methods.Stop.Name, new StopRequest { Selectors = ["all"] }, 4 * Second);
        await Assert.That(screen.Text).IsEqualTo("\rwaiting for the daemon to answer … (4 s)");
    }

    [Test]
    public async Task Without_an_answer_the_time_is_said(CancellationToken cancel)
    {
        var (screen, notice) = Make(true, 120, [null]);
        notice.Show(Methods.Stop.Name, Stop, 2.4 * Second);
        await Assert.That(screen.Text).IsEqualTo("\rwaiting for the daemon to answer … (2 s)");
    }

    static VtScreen Seen(string written, int width = 60, int height = 8)
    {
        var seen = new VtScreen(width, height);
        seen.Feed(System.Text.Encoding.UTF8.GetBytes(written.Replace("\n", "\r\n", StringComparison.Ordinal)));
        return seen;
    }

    [Test]
    public async Task Several_processes_have_a_line_each_that_goes_when_it_is_done(CancellationToken cancel)
    {
        var (web, slow) = (OutputTests.Status("web", 3), Slow with { Name = "api" });
        var screen = new Screen(isTerminal: true);
        var left = new Queue<IReadOnlyList<ProcessStatus>?>([[Stubborn, slow, web], null, [slow, web], [web]]);
        var notice = new WaitNotice(screen.Writer, (_, _) => left.Dequeue(), static () => new TerminalSize(60, 8))
        {
            HasScreen = true,
        };
        var request = new RestartRequest { Selectors = ["all"] };
        notice.Show(Methods.Restart.Name, request, Second);
        await Assert.That(Seen(screen.Text).Text).IsEqualTo(
            "stubborn  stopping, SIGKILL in 7 s\napi       waiting for tcp 127.0.0.1:9, 12 of 60 s\n"
            + "1 online, 1 starting, 1 stopping");
        // A daemon that does not answer once, and then does again.
        notice.Show(Methods.Restart.Name, request, Second);
        await Assert.That(Seen(screen.Text).Text).IsEqualTo("waiting for the daemon to answer … (1 s)");
        notice.Show(Methods.Restart.Name, request, Second);
        await Assert.That(Seen(screen.Text).Text).IsEqualTo(
            "api  waiting for tcp 127.0.0.1:9, 12 of 60 s\n1 online, 1 starting; Ctrl-C leaves it to the background");
        notice.Clear();
        notice.Clear();
        screen.Writer.Write("api: online");
        var last = Seen(screen.Text);
        await Assert.That(last.Text).IsEqualTo("api: online");
        await Assert.That((last.HasWrapped, last.Unknown)).IsEqualTo((false, null));
        await Assert.That(notice.FirstAfter(Methods.Stop.Name)).IsEqualTo(Second);
        await Assert.That(notice.FirstAfter(Methods.Logs.Name)).IsEqualTo(2 * Second);
        await Assert.That(notice.Interval).IsGreaterThanOrEqualTo(Second / 2);
    }

    [Test]
    public async Task Ctrl_C_clears_the_lines_and_says_what_continues(CancellationToken cancel)
    {
        var others = Stubborn with { Id = 9, Name = "other" };
        var screen = new Screen(isTerminal: true);
        var notice = new WaitNotice(screen.Writer, (_, _) => [Stubborn, others], static () => new TerminalSize(60, 8))
        {
            HasScreen = true,
        };
        notice.Show(Methods.Stop.Name, Stop, Second);
        // The terminal shows the key itself.
        screen.Writer.Write("^C");
        notice.SayWhatContinues();
        await Assert.That(Seen(screen.Text).Text).IsEqualTo(
            "stubborn and other are still stopping; 'stop' continues in\n"
            + "  the background. To watch it: tspm list -f");
        notice.Clear();
    }

    [Test]
    public async Task No_terminal_is_too_narrow(CancellationToken cancel)
    {
        for (var width = 1; width < 90; width++)
        {
            var (screen, notice) = Make(true, width, [Slow]);
            notice.Show(Methods.Start.Name, new StartRequest { Selectors = ["slow"] }, 2 * Second);
            var line = screen.Text[1..];
            await Assert.That(CellText.WidthOf(line)).IsLessThan(Math.Max(2, width));
        }
    }

    [Test]
    public async Task Only_the_processes_that_a_request_names_are_looked_at(CancellationToken cancel)
    {
        var named = new ProcessConfig { Name = "web", Command = "x" };
        await Assert.That(AwaitedProcesses.NamesIn(Stop)).IsEquivalentTo(["stubborn"]);
        await Assert.That(AwaitedProcesses.NamesIn(new StartRequest { Define = [named] })).IsEquivalentTo(["web"]);
        var unnamed = new StartRequest { Define = [named, named with { Name = null }] };
        await Assert.That(AwaitedProcesses.NamesIn(unnamed)).IsNotNull();
        // A word is a process, if there is one of that name, else a command.
        var word = new StartRequest { Selectors = ["a"], Define = [named] };
        await Assert.That(AwaitedProcesses.NamesIn(word)).IsEquivalentTo(["a"]);
        await Assert.That(AwaitedProcesses.Otherwise(word)).IsEquivalentTo([named.Name!]);
        await Assert.That(AwaitedProcesses.NamesIn(new ScaleRequest { Selector = "web", By = 1 }))
            .IsEquivalentTo(["web"]);
        await Assert.That(AwaitedProcesses.NamesIn(new EmptyRequest())).IsNull();
    }

    [Test]
    [Arguments(true), Arguments(false)]
    public async Task A_stream_takes_the_line_away_whether_it_breaks_or_goes_on(bool breaks, CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => breaks ? null : FakeDaemon.Result(request, """{"events":0}"""));
        var (screen, notice) = Make(true, 80);
        notice.Show(Methods.Events.Name, new EventsRequest(), 2 * Second);
        var line = screen.Text;
        using var client = DaemonClient.Connect(daemon.Home, notice);
        object? Stream() => client.Stream(Methods.Events, new EventsRequest(), static _ => true);
        if (breaks) await Assert.That(Stream).Throws<DaemonException>();
        else await Assert.That(Stream()).IsNotNull();
        await Assert.That(screen.Text).IsEqualTo($"{line}\r{new string(' ', line.Length - 1)}\r");
    }

    [Test]
    public async Task The_daemon_is_asked_over_another_connection_and_not_again_when_it_fails(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => FakeDaemon.Error(request, ErrorCode.InternalError, "no"));
        var look = new WaitProgressQuery(daemon.Home);
        await Assert.That(look.Ask(["a"], null)).IsNull();
        await Assert.That(look.Ask(["a"], null)).IsNull();
        await Assert.That(daemon.Requests.Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_name_that_is_not_known_yet_makes_it_look_at_all(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => request.Contains("\"a\"", StringComparison.Ordinal)
            ? FakeDaemon.Error(request, ErrorCode.NoSuchProcess, "no process 'a'")
            : FakeDaemon.Result(request, """{"processes":[]}"""));
        using var look = new WaitProgressQuery(daemon.Home);
        await Assert.That(look.Ask(["a"], null)!.Count).IsEqualTo(0);
        await Assert.That(daemon.Requests.Count).IsEqualTo(2);
        await Assert.That(look.Ask(["a"], ["b"])!.Count).IsEqualTo(0);
        await Assert.That(daemon.Requests[^1]).Contains("\"b\"");
    }
}
