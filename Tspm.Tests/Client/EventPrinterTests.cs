using Microsoft.Extensions.Time.Testing;
using Tspm.Client.Output;
using Tspm.Model.State;

namespace Tspm.Tests.Client;

/// <summary>How events look on a terminal and in a pipe.</summary>
[Timeout(30_000)]
public sealed class EventPrinterTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

    static ProcessEvent Crash(DateTimeOffset time) => new()
    {
        Kind = EventKind.Exited,
        Id = 1,
        Name = "web",
        Instance = 0,
        Time = time,
        Pid = 4711,
        ExitCode = 7,
        Cause = CauseCode.Crash,
        From = "online",
        To = "stopping",
        NextStartInMs = 1000,
    };

    static string Print(bool isTerminal, bool isSelection, params ProcessEvent[] events)
    {
        var screen = new Screen(isTerminal);
        var printer = new EventPrinter(screen.Writer, json: false, isSelection, new FakeTimeProvider(Now));
        foreach (var happened in events) printer.Print(happened);
        return screen.Text;
    }

    [Test]
    public async Task A_terminal_gets_short_times_and_one_line_for_a_crash(CancellationToken cancellation)
    {
        var crash = Crash(Now.AddSeconds(-10));
        var text = Print(
            isTerminal: true, isSelection: false, crash, crash with
            {
                Kind = EventKind.Waiting,
                To = "waiting",
                Reason = "exited 7",
            },
            crash with { Kind = EventKind.Restarted, To = "online", Pid = 4712, NextStartInMs = null });
        await Assert.That(text).IsEqualTo(
            "07:59:50 web      exited with code 7; restarting in 1 s\n07:59:50 web      restarted, pid 4712\n");
    }

    [Test]
    [Arguments(999, "1 s"), Arguments(981, "1 s"), Arguments(1994, "2 s"), Arguments(250, "250 ms"),
        Arguments(297, "300 ms"), Arguments(20, "20 ms")]
    public async Task The_part_of_a_delay_that_has_passed_is_not_shown(
        long left, string shown, CancellationToken cancellation) =>
        await Assert.That(Print(isTerminal: true, isSelection: false, Crash(Now) with { NextStartInMs = left }))
            .EndsWith($"; restarting in {shown}\n");

    [Test]
    public async Task A_pipe_gets_the_whole_time_and_one_line_for_a_crash_unless_asked(CancellationToken cancellation)
    {
        var crash = Crash(Now);
        var errored = crash with { Kind = EventKind.Errored, To = "errored", Reason = "exited 7" };
        await Assert.That(Print(isTerminal: false, isSelection: false, crash, errored)).IsEqualTo(
            "2026-11-30T08:00:00.000+00:00\tweb\texited\tstopping\t4711\texited with code 7; restarting in 1 s\n");
        await Assert.That(Print(isTerminal: false, isSelection: true, crash, errored)).IsEqualTo(
            "2026-11-30T08:00:00.000+00:00\tweb\texited\tstopping\t4711\texited with code 7; restarting in 1 s\n"
            + "2026-11-30T08:00:00.000+00:00\tweb\terrored\terrored\t4711\tis errored: exited 7\n");
    }

    [Test]
    public async Task Who_asks_for_errored_ones_gets_them_on_a_terminal_too(CancellationToken cancellation)
    {
        var errored = Crash(Now) with { Kind = EventKind.Errored, To = "errored", Reason = "exited 7" };
        await Assert.That(Print(isTerminal: true, isSelection: true, errored))
            .IsEqualTo("08:00:00 web      is errored: exited 7\n");
    }

    [Test]
    [Arguments("2026-11-30T00:00:00Z", "00:00:00")]
    [Arguments("2026-11-29T23:59:59Z", "11-29 23:59:59")]
    [Arguments("2025-12-31T23:59:59Z", "2025-12-31 23:59:59")]
    public async Task The_date_stands_there_when_it_is_not_today(
        string time, string shown, CancellationToken cancellation) =>
        await Assert.That(EventTime.Format(DateTimeOffset.Parse(time, null), Now)).IsEqualTo(shown);

    [Test]
    [Arguments(CauseCode.User, "SIGTERM", "ended by SIGTERM")]
    [Arguments(CauseCode.User, "SIGKILL", "was killed by SIGKILL")]
    [Arguments(CauseCode.Crash, "SIGSEGV", "was killed by SIGSEGV")]
    [Arguments(null, "SIGSEGV", "was killed by SIGSEGV")] // told by an earlier version
    public async Task Who_was_asked_to_end_was_not_killed_by_the_signal(
        string? cause, string signal, string words, CancellationToken cancellation)
    {
        var ended = Crash(Now) with { ExitCode = null, Signal = signal, Cause = cause, NextStartInMs = null };
        await Assert.That(Print(isTerminal: true, isSelection: false, ended)).IsEqualTo($"08:00:00 web      {words}\n");
    }

    [Test]
    public async Task A_kind_of_a_later_version_is_shown_by_its_sentence(CancellationToken cancellation)
    {
        var text = Print(isTerminal: true, isSelection: false, Crash(Now) with
        {
            Kind = "teleported",
            Sentence = "was teleported",
        });
        await Assert.That(text).IsEqualTo("08:00:00 web      was teleported\n");
    }
}
