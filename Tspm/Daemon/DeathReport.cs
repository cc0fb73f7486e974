using System.Globalization;
using Microsoft.Extensions.Logging;
using Tspm.Events;
using Tspm.Guardian.Contract;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Daemon;

/// <summary>
/// Reports the deaths of earlier daemons: one event and one line in daemon.log for all of those that no daemon has
/// reported yet. The guardian hears of it once the event is on disk, so that a daemon that dies before leaves the
/// report to the next one.
/// </summary>
internal static class DeathReport
{
    public static void Tell(DeathTally? tally, EventLog events, ILogger log, GuardianChannel guardian)
    {
        if (tally is not { Untold: > 0 }) return;
        var sentence = Sentence(tally);
        log.LogError("{Sentence}", sentence);
        var status = ExitStatus.FromWaitStatus(tally.LastStatus);
        events.Tell(new ProcessEvent
        {
            Kind = EventKind.DaemonDied,
            Pid = tally.LastPid,
            ExitCode = status.Code,
            Signal = status.Signal is { } signal ? Signals.NameOf(signal) : null,
            Reason = sentence,
        });
        _ = SayWhenWritten(tally, events, guardian);
    }

    static async Task SayWhenWritten(DeathTally tally, EventLog events, GuardianChannel guardian)
    {
        await events.Settled();
        guardian.SayDeathsTold(tally.Count);
    }

    /// <summary>When it happened, to which process, of what, and how often so far.</summary>
    public static string Sentence(DeathTally tally)
    {
        var (culture, deaths) = (CultureInfo.InvariantCulture, tally.ForStatus());
        if (deaths.Last is not { } last) return "";
        var death = string.Create(culture, $"(pid {last.Pid}) died at {Time(last.At)}: {last.Cause}");
        var told = tally.Untold == 1
            ? $"the daemon {death}"
            : string.Create(culture,
                $"the daemon died {tally.Untold} times before it could report it; the last one {death}");
        var deathsInAll = deaths.Count == 1 ? "1 death" : string.Create(culture, $"{deaths.Count} deaths");
        return $"{told}. That makes {deathsInAll} since {Time(deaths.Since)}";
    }

    /// <summary>As in daemon.log: UTC.</summary>
    static string Time(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
