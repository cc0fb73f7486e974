using System.Text;
using CsCheck;
using Tspm.Client.Output;
using Tspm.Client.Output.Progress;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Tests.Client.Terminal;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Client.Output.Progress;

/// <summary>The lines of a long change of several processes: what they say, and that nothing wraps.</summary>
[Timeout(120_000)]
public sealed class ProgressLinesTests
{
    static ProcessStatus Stopping(string name, int id = 1) => OutputTests.Status(name, id) with
    {
        State = ProcessState.Stopping,
        StopSignal = "SIGTERM",
        KillInMs = 7000,
    };

    static ProcessStatus Starting(string name, int id = 1) => OutputTests.Status(name, id) with
    {
        State = ProcessState.Starting,
        WaitsFor = "tcp 127.0.0.1:8080",
        UptimeMs = 12_000,
        StartTimeoutInMs = 48_000,
    };

    static VtScreen Draw(
        IReadOnlyList<ProcessStatus> all, IReadOnlyList<ProcessStatus> late, int width, int height = 24)
    {
        var screen = new Screen(isTerminal: true, ColourDepth.Sixteen);
        new LiveBlock(screen.Writer).Show(
            sink => ProgressLines.Draw(sink, all, late, new TerminalSize(width, height)));
        var seen = new VtScreen(width, height);
        seen.Feed(Encoding.UTF8.GetBytes(screen.Text));
        return seen;
    }

    [Test]
    [Arguments(140, "web:0          stopping, SIGKILL in 7 s\n"
        + "web:1          stopping, SIGKILL in 7 s\n"
        + "the-front-end  waiting for tcp 127.0.0.1:8080, 12 of 60 s\n"
        + "1 online, 1 starting, 2 stopping; Ctrl-C leaves it to the background")]
    [Arguments(60, "web:0          stopping, SIGKILL in 7 s\n"
        + "web:1          stopping, SIGKILL in 7 s\n"
        + "the-front-end  waiting for tcp 127.0.0.1:8080, 12 of 60 s\n"
        + "1 online, 1 starting, 2 stopping")]
    [Arguments(40, "web:0          stopping, SIGKILL in 7 s\n"
        + "web:1          stopping, SIGKILL in 7 s\n"
        + "the-front-end  waiting for tcp 127.0.0…\n"
        + "1 online, 1 starting, 2 stopping")]
    [Arguments(20, "web:0     stopping…\nweb:1     stopping…\nthe-fro…  waiting …\n1 online, 1 starti…")]
    public async Task Each_process_that_is_not_done_has_a_line(int width, string text, CancellationToken cancellation)
    {
        ProcessStatus[] late = [Stopping("web"), Stopping("web") with { Instance = 1 }, Starting("the-front-end", 2)];
        var seen = Draw([.. late, OutputTests.Status("done", 3)], late, width);
        await Assert.That(seen.Text).IsEqualTo(text);
        await Assert.That(seen.HasWrapped).IsFalse();
        await Assert.That(seen[Math.Min(16, width / 2 + 2), 0].Style).IsEqualTo("93");
        await Assert.That(seen[0, 3].Style).IsEqualTo("2");
    }

    [Test]
    public async Task What_has_no_row_is_counted(CancellationToken cancellation)
    {
        ProcessStatus[] late = [.. Enumerable.Range(1, 50).Select(static id => Stopping($"p{id}", id))];
        var seen = Draw(late, late, 60, 8);
        await Assert.That(seen.Text).IsEqualTo(string.Join('\n',
            Enumerable.Range(1, 5).Select(static id => $"p{id}  stopping, SIGKILL in 7 s"))
            + "\n… and 45 more\n50 stopping; Ctrl-C leaves it to the background");
        // The last ones of which there is room for all.
        await Assert.That(Draw(late[..6], late[..6], 60, 8).Text).DoesNotContain("more").And.Contains("p6  ");
    }

    [Test]
    public async Task The_phrases_say_what_comes_next(CancellationToken cancellation)
    {
        var web = OutputTests.Status("web");
        (ProcessStatus Process, string Text)[] all =
        [
            (Stopping("web"), "stopping, SIGKILL in 7 s"),
            (Stopping("web") with { KillInMs = null }, "stopping, SIGKILL sent"),
            (Stopping("web") with { Pid = null }, "stopping, ending leftover processes, SIGKILL in 7 s"),
            (Stopping("web") with { WaitsFor = "hooks.postStop" }, "stopping, waiting for hooks.postStop"),
            (Starting("web"), "waiting for tcp 127.0.0.1:8080, 12 of 60 s"),
            (Starting("web") with { WaitsFor = null, StartTimeoutInMs = null }, "starting"),
            (Starting("web") with { WaitsFor = "the new child", State = ProcessState.Online },
                "waiting for the new child, 48 s left"),
            (web with { State = ProcessState.Waiting, NextStartInMs = 2500 }, "waiting, restarts in 3 s"),
            (web with { State = ProcessState.Waiting, Reason = "ending\e[2J", KillInMs = 900 },
                "waiting, ending\\e[2J, SIGKILL in 1 s"),
        ];
        foreach (var (process, text) in all) await Assert.That(ProgressText.Describe(process)).IsEqualTo(text);
    }

    static readonly Gen<ProcessStatus> AnyLate = Gen.Select(
        Letters.Any, Gen.Int[0, 3], static (name, kind) => kind switch
        {
            0 => Stopping(name),
            1 => Starting(name),
            2 => Starting(name) with { WaitsFor = name },
            _ => Stopping(name) with { Pid = null },
        });

    /// <summary>Whatever the names and the size are: nothing wraps or scrolls, and all is gone in the end.</summary>
    [Test]
    public async Task Nothing_wraps_or_stays_at_any_size(CancellationToken cancellation)
    {
        var sizes = Gen.Select(Gen.Int[1, 90], Gen.Int[ProgressLines.LeastRows, 14]);
        Gen.Select(AnyLate.Array[1, 12], AnyLate.Array[1, 12], sizes, Gen.Bool).Sample((first, second, size, joins) =>
        {
            var (width, height) = size;
            var screen = new Screen(isTerminal: true);
            var block = new LiveBlock(screen.Writer);
            screen.Writer.Write("$\r\n");
            foreach (var late in new[] { first, second })
                block.Show(sink => ProgressLines.Draw(sink, late, late, new TerminalSize(width, height)));
            block.Clear();
            screen.Writer.Write("!");
            var seen = new VtScreen(width, height, joins);
            seen.Feed(Encoding.UTF8.GetBytes(screen.Text));
            return !seen.HasWrapped && seen.Unknown is null && seen.Text == "$\n!";
        });
        await Assert.That(AnyLate).IsNotNull();
    }

    [Test]
    public async Task After_Ctrl_C_it_is_said_what_continues(CancellationToken cancellation)
    {
        string Say(params ProcessStatus[] late) => Interruption.Describe("restart", late, []);
        const string rest = "'restart' continues in the background. To watch it: tspm list -f";
        await Assert.That(Say()).IsEqualTo("'restart' continues in the background; to see the state: tspm list");
        await Assert.That(Say(Stopping("web"))).IsEqualTo($"web is still stopping; {rest}");
        await Assert.That(Say(Starting("a"), Starting("b"), Starting("c")))
            .IsEqualTo($"a, b and c are still starting; {rest}");
        await Assert.That(Say(Starting("a"), Stopping("b"))).IsEqualTo($"a and b are not done yet; {rest}");
        await Assert.That(Say([.. Enumerable.Range(1, 7).Select(static id => Stopping($"p{id}", id))]))
            .IsEqualTo($"p1, p2, p3, p4, p5 and 2 more are still stopping; {rest}");
    }
}
