using System.Globalization;
using Tspm.Model.State;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Client.Connection;

/// <summary>
/// Sentences about daemons that died, for when no daemon answers (from the guardian's note) and for <c>list</c>.
/// </summary>
internal static class DaemonDeathText
{
    /// <summary>
    /// A daemon that keeps dying has last died within this time: its guardian restarts it after half a second.
    /// </summary>
    static readonly TimeSpan Recently = TimeSpan.FromSeconds(15);

    /// <returns>The note of a guardian that is still alive, or null if there is none.</returns>
    public static DaemonDeathsNote? Read(TspmHome home) =>
        DaemonDeathsFile.Read(home) is { Deaths.Last: not null } note
            && ProcFiles.TryReadStat(note.GuardianPid, out var stat) && stat.IsLiving
                && stat.StartTicks == note.GuardianStartTicks
            ? note
            : null;

    /// <summary>
    /// Says what happened and what to do about it.
    /// </summary>
    /// <returns>Null if no daemon has died within the last seconds, or fewer than <paramref name="atLeast"/>.</returns>
    public static string? Recent(TspmHome home, int atLeast = 1) =>
        Read(home) is { } note && note.Deaths.Count >= atLeast && Now - note.Deaths.Last!.At < Recently
            ? Sentence(home, note)
            : null;

    static string Sentence(TspmHome home, DaemonDeathsNote note)
    {
        var guardian = Output.Display.Number(note.GuardianPid);
        return $"the daemon has died {note.Deaths.Words(ShortTime)}; its guardian (pid {guardian}) keeps starting it. "
            + $"See daemon.log in {home.Path}; "
            + $"to start over from this shell: kill -9 {guardian}; tspm daemon start (the processes keep running)";
    }

    /// <summary>What <c>list</c> prints below its table after a daemon died and another one took over.</summary>
    public static string Mention(DaemonDeaths deaths) =>
        $"the daemon died {deaths.Words(ShortTime)} and was restarted; no process was stopped. "
        + "For details: tspm events --kind daemonDied";

    /// <summary>The local time, with its date unless that is today.</summary>
    public static string ShortTime(DateTimeOffset time)
    {
        var local = time.ToLocalTime();
        var format = local.Date == Now.ToLocalTime().Date ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss";
        return local.ToString(format, CultureInfo.InvariantCulture);
    }

    static DateTimeOffset Now => TimeProvider.System.GetUtcNow();
}
