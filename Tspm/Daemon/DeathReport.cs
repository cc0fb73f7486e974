using System.Globalization;
using Microsoft.Extensions.Logging;
using Tspm.Events;
using Tspm.Guardian.Contract;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Daemon;

/// <summary>
/// Reports the deaths of earlier daemons: one event and one line in daemon.log for all deaths that no daemon has
/// reported yet. The guardian is notified once the event is on disk; if this daemon dies before that, the next one
/// reports the deaths.
/// </summary>
internal static class DeathReport
{
    public static void Publish(DeathTally? tally, EventLog events, ILogger log, GuardianChannel guardian)
    {
        if (tally is not { Untold: > 0 }) return;
        var sentence = Sentence(tally);
        log.LogError("{Sentence}", sentence);
        var status = ExitStatus.FromWaitStatus(tally.LastStatus);
        events.Append(new ProcessEvent
        {
            Kind = EventKind.DaemonDied,
            Pid = tally.LastPid,
            ExitCode = status.Code,
            Signal = status.Signal is { } signal ? Signals.NameOf(signal) : null,
            Reason = sentence,
        });
        _ = ConfirmWhenWritten(tally, events, guardian);
    }

    static async Task ConfirmWhenWritten(DeathTally tally, EventLog events, GuardianChannel guardian)
    {
        await events.Settled();
        guardian.SendDeathsReported(tally.Count);
    }

    /// <summary>Says when the daemon died, with which pid, of which cause, and how often it has died so far.</summary>
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

    /// <summary>Formats a time in UTC, as daemon.log does.</summary>
    static string Time(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
