using Tspm.Daemon;
using Tspm.Guardian;
using Tspm.Guardian.Contract;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Tests.Storage;

namespace Tspm.Tests.Guardian;

[Timeout(60_000)]
internal sealed class DeathTallyTests
{
    const int KilledBySigkill = 9, AbortCode = 134 << 8;

    static readonly DeathTally None = new(1_767_323_045_000);

    [Test]
    public async Task A_death_is_counted_with_its_pid_and_cause(CancellationToken cancellation)
    {
        await Assert.That(None.ForStatus().Last).IsNull();
        var once = None.WithDeath(4711, KilledBySigkill);
        var deaths = once.WithDeath(4712, AbortCode).ForStatus();
        await Assert.That((deaths.Count, deaths.Since, deaths.Last!.Pid, deaths.Last.Cause))
            .IsEqualTo((2, DateTimeOffset.FromUnixTimeMilliseconds(1_767_323_045_000), 4712, "exited with code 134"));
        await Assert.That(once.ForStatus().Last!.Cause).IsEqualTo("killed by SIGKILL");
    }

    [Test]
    public async Task A_death_tells_how_many_failed_in_a_row_and_an_older_guardian_does_not(
        CancellationToken cancellation)
    {
        var third = None.WithDeath(4711, KilledBySigkill, consecutive: 3);
        await Assert.That(third.ForStatus().Last!.Consecutive).IsEqualTo(3);
        await Assert.That(None.WithDeath(4711, KilledBySigkill).ForStatus().Last!.Consecutive).IsNull();
        await Assert.That(DeathTally.Parse(third.ToText(' ').Split(' '))).IsEqualTo(third);
        // An older version reads the first six, and passes over what it does not know, as this one does.
        await Assert.That(DeathTally.Parse(["5", "4", "3", "2", "1", "9"])).IsEqualTo(new DeathTally(5, 4, 3, 2, 1, 9));
        await Assert.That(DeathTally.Parse(["5", "4", "3", "2", "1", "9", "2", "x"]))
            .IsEqualTo(new DeathTally(5, 4, 3, 2, 1, 9, 2));
        await Assert.That(DeathTally.Parse(["5", "4", "3", "2", "1", "9", "x"])).IsNull();
    }

    /// <summary>What the lifecycle counts while daemons keep dying is what a client reads, as data.</summary>
    [Test]
    public async Task The_note_holds_the_count_and_the_cause_of_the_lifecycles_state(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var (note, now) = (new DeathNote(home.Home, None), TimeSpan.FromSeconds(5));
        GuardianState state = new GuardianState.NoDaemon(new GuardianFacts(WasReady: true), now);
        void Happened(GuardianEvent happened)
        {
            (state, var actions) = GuardianLifecycle.Next(state, happened, now);
            foreach (var death in actions.OfType<GuardianAction.RecordDeath>())
                note.Add(death.Pid, death.WaitStatus, death.Consecutive);
        }
        for (var pid = 101; pid <= 103; pid++)
        {
            now = state.Due!.Value;
            Happened(new GuardianEvent.Due());
            Happened(new GuardianEvent.DaemonStarted());
            Happened(new GuardianEvent.DaemonDied(pid, AbortCode, IsStoreEmpty: false));
        }
        await Assert.That(state.Facts.Failures).IsEqualTo(new DaemonFailures(3, AbortCode));
        DaemonDeathsNote? read;
        while ((read = DaemonDeathsFile.Read(home.Home)) is not { Deaths.Count: 3 }) await Task.Delay(5, cancellation);
        var last = read.Deaths.Last!;
        await Assert.That((last.Pid, last.Cause, last.Consecutive)).IsEqualTo((103, "exited with code 134", 3));
    }

    [Test]
    public async Task The_report_names_only_deaths_that_no_daemon_has_reported(CancellationToken cancellation)
    {
        var tally = new DeathTally(1_767_323_045_000, Count: 3, Told: 2, LastAtMs: 1_767_323_050_123, LastPid: 4711,
            LastStatus: 25);
        await Assert.That(DeathReport.Sentence(tally))
            .IsEqualTo("the daemon (pid 4711) died at 2026-01-02 03:04:10.123Z: killed by SIGXFSZ. That makes 3 "
                + "deaths since 2026-01-02 03:04:05.000Z");
        await Assert.That(DeathReport.Sentence(tally with { Told = 0 }))
            .StartsWith("the daemon died 3 times before it could report it; the last one (pid 4711) died at ");
    }

    [Test]
    public async Task Words_for_people_name_count_start_and_last_death(CancellationToken cancellation)
    {
        static string Text(DateTimeOffset time) =>
            time.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        var once = None with { Count = 1, LastAtMs = 1_767_323_050_000, LastPid = 7, LastStatus = KilledBySigkill };
        await Assert.That(once.ForStatus().Words(Text)).IsEqualTo("once, at 03:04:10 (pid 7, killed by SIGKILL)");
        await Assert.That((once with { Count = 40 }).ForStatus().Words(Text))
            .IsEqualTo("40 times since 03:04:05, last at 03:04:10 (pid 7, killed by SIGKILL)");
        await Assert.That(None.ForStatus().Words(Text)).IsEqualTo("");
    }

    [Test]
    [Arguments("")]
    [Arguments("{")]
    [Arguments("{\"guardianPid\":1}")]
    [Arguments("null")]
    public async Task A_note_that_cannot_be_read_counts_as_none(string content, CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        await Assert.That(DaemonDeathsFile.Read(home.Home)).IsNull();
        File.WriteAllText(home.Home.DaemonDeathsFile, content);
        await Assert.That(DaemonDeathsFile.Read(home.Home)).IsNull();
        var note = new DaemonDeathsNote
        {
            GuardianPid = 1,
            GuardianStartTicks = 2,
            Deaths = None.WithDeath(3, KilledBySigkill).ForStatus(),
        };
        DaemonDeathsFile.Write(home.Home, note);
        await Assert.That(DaemonDeathsFile.Read(home.Home)).IsEqualTo(note);
        Directory.Delete(home.Home.RunFolder, recursive: true);
        DaemonDeathsFile.Write(home.Home, note);
    }
}
