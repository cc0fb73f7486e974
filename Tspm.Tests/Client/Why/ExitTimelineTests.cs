using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Client.Why;
using Tspm.Model.State;

namespace Tspm.Tests.Client.Why;

/// <summary>The line of dots that <c>why</c> shows on a terminal.</summary>
[Timeout(10_000)]
internal sealed class ExitTimelineTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.FromHours(1));

    static WhyExit Exit(double minutesAgo, string cause) => new(new ProcessEvent
    {
        Kind = cause == CauseCode.Spawn ? EventKind.Failed : EventKind.Exited,
        Cause = cause,
        Time = Now.AddMinutes(-minutesAgo),
    });

    static string Printed(ExitTimeline timeline, ColourDepth colours = ColourDepth.None)
    {
        var screen = new Screen(isTerminal: true, colours);
        TimelinePrinter.Print(screen.Writer, timeline);
        return screen.Text;
    }

    [Test]
    public async Task A_dot_is_the_most_serious_exit_of_two_minutes(CancellationToken cancellation)
    {
        var timeline = ExitTimeline.From(
            [
                Exit(59.9, CauseCode.Exit), Exit(59, CauseCode.Crash), Exit(30.5, CauseCode.User),
                Exit(29.5, CauseCode.Memory), Exit(29.1, CauseCode.Watch), Exit(1, CauseCode.Spawn),
                Exit(0, CauseCode.Background),
            ], Now);
        await Assert.That(Printed(timeline!)).IsEqualTo(
            "exits in the last hour, 2 minutes per dot:\n"
            + "●·············○◉·············●\n"
            + "● 2 failed  ◉ 1 over a limit, unhealthy or silent  ○ 2 requested or planned  ◦ 2 ended on its own\n");
    }

    [Test]
    public async Task One_exit_that_is_older_than_an_hour_makes_it_a_day(CancellationToken cancellation)
    {
        var timeline = ExitTimeline.From(
            [Exit(24 * 60, CauseCode.Crash), Exit(61, CauseCode.Health), Exit(5, CauseCode.OutOfMemory)], Now)!;
        await Assert.That(Printed(timeline)).IsEqualTo(
            $"exits in the last day, 30 minutes per dot:\n{new string('·', 45)}◉·●\n"
            + "● 1 failed  ◉ 1 over a limit, unhealthy or silent\n");
        await Assert.That(ExitTimeline.From([Exit(24 * 60, CauseCode.Crash)], Now)).IsNull();
        await Assert.That(ExitTimeline.From([], Now)).IsNull();
    }

    [Test]
    public async Task What_was_not_read_is_empty_and_said(CancellationToken cancellation)
    {
        WhyExit[] exits = [Exit(9, CauseCode.Crash), Exit(-3, CauseCode.Crash)];
        var timeline = ExitTimeline.From(exits, Now, Now.AddMinutes(-10));
        await Assert.That(Printed(timeline!)).IsEqualTo(
            $"exits in the last hour, 2 minutes per dot:\n{new string(' ', 25)}●···●\n"
            + "● 2 failed  (older ones were not read)\n");
    }

    [Test]
    public async Task A_class_has_its_colour(CancellationToken cancellation)
    {
        var timeline = ExitTimeline.From([Exit(1, CauseCode.Crash)], Now);
        await Assert.That(Printed(timeline!, ColourDepth.Sixteen)).EndsWith("\e[0;91m●\e[0m 1 failed\n");
    }

    [Test]
    public async Task A_pipe_has_no_timeline(CancellationToken cancellation)
    {
        var report = new WhyReport();
        report.Add(new ProcessEvent
        {
            Kind = EventKind.Exited,
            Id = 1,
            Instance = 0,
            Name = "web",
            Cause = CauseCode.Crash,
            ExitCode = 7,
            Time = TimeProvider.System.GetUtcNow().AddMinutes(-5),
        });
        await Assert.That(Print(isTerminal: true)).Contains("exits in the last hour").And.Contains("● 1 failed");
        await Assert.That(Print(isTerminal: false)).DoesNotContain("●").And.DoesNotContain("exits in the last")
            .And.Contains("exited with code 7");

        string Print(bool isTerminal)
        {
            var screen = new Screen(isTerminal);
            WhyPrinter.Print(screen.Writer, report, json: false);
            return screen.Text;
        }
    }
}
