using Microsoft.Extensions.Time.Testing;
using Tspm.Client.Output;
using Tspm.Model;

namespace Tspm.Tests.Client;

/// <summary>How events look on a terminal and in a pipe.</summary>
[Timeout(30_000)]
public sealed class EventPrinterTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

    static ProcessEvent Crash(DateTimeOffset time) => new()
    {
        Kind = EventKind.Exited, Id = 1, Name = "web", Instance = 0, Time = time, Pid = 4711, ExitCode = 7,
        Cause = CauseCode.Crash, From = "online", To = "stopping", NextStartInMs = 1000,
    };

    static string Print(bool isTerminal, params ProcessEvent[] events)
    {
        var screen = new Screen(isTerminal);
        var printer = new EventPrinter(screen.Writer, json: false, new FakeTimeProvider(Now));
        foreach (var happened in events) printer.Print(happened);
        return screen.Text;
    }

    [Test]
    public async Task A_terminal_gets_short_times_and_one_line_for_a_crash(CancellationToken cancellation)
    {
        var crash = Crash(Now.AddSeconds(-10));
        var text = Print(
            isTerminal: true, crash, crash with { Kind = EventKind.Waiting, To = "waiting", Reason = "exited 7" },
            crash with { Kind = EventKind.Restarted, To = "online", Pid = 4712, NextStartInMs = null });
        await Assert.That(text).IsEqualTo(
            "07:59:50 web      exited with code 7; restarting in 1 s\n07:59:50 web      restarted, pid 4712\n");
    }

    [Test]
    public async Task A_pipe_gets_the_whole_time_and_the_same_lines(CancellationToken cancellation)
    {
        var crash = Crash(Now);
        var text = Print(
            isTerminal: false, crash, crash with { Kind = EventKind.Errored, To = "errored", Reason = "exited 7" });
        await Assert.That(text).IsEqualTo(
            "2026-11-30T08:00:00.000+00:00\tweb\texited\tstopping\t4711\texited with code 7; restarting in 1 s\n");
    }

    [Test]
    [Arguments("2026-11-30T00:00:00Z", "00:00:00")]
    [Arguments("2026-11-29T23:59:59Z", "11-29 23:59:59")]
    [Arguments("2025-12-31T23:59:59Z", "2025-12-31 23:59:59")]
    public async Task The_date_stands_there_when_it_is_not_today(
        string time, string shown, CancellationToken cancellation) =>
        await Assert.That(EventTime.Of(DateTimeOffset.Parse(time, null), Now)).IsEqualTo(shown);

    [Test]
    public async Task A_kind_of_a_later_version_is_shown_by_its_sentence(CancellationToken cancellation)
    {
        var text = Print(isTerminal: true, Crash(Now) with { Kind = "teleported", Sentence = "was teleported" });
        await Assert.That(text).IsEqualTo("08:00:00 web      was teleported\n");
    }
}
