using System.Globalization;
using Tspm.Model.State;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Client.Connection;

/// <summary>
/// Sentences about daemons that died: from the guardian's note while no daemon answers, and for <c>list</c>.
/// </summary>
internal static class DaemonDeathWords
{
    /// <summary>
    /// A daemon that dies again and again has died within this time; half a second lies between two of them.
    /// </summary>
    static readonly TimeSpan Recently = TimeSpan.FromSeconds(15);

    /// <summary>The note of a guardian that still lives; null: there is none.</summary>
    public static DaemonDeathsNote? Read(TspmHome home) =>
        DaemonDeathsFile.Read(home) is { Deaths.Last: not null } note
            && ProcFiles.TryReadStat(note.GuardianPid, out var stat) && stat.IsLiving
                && stat.StartTicks == note.GuardianStartTicks
            ? note
            : null;

    /// <summary>
    /// What happened and what to do about it; null: no daemon has died within the last seconds, or fewer have died than
    /// asked for.
    /// </summary>
    public static string? Sentence(TspmHome home, int atLeast = 1) =>
        Read(home) is { } note && note.Deaths.Count >= atLeast && Now - note.Deaths.Last!.At < Recently
            ? Sentence(home, note)
            : null;

    static string Sentence(TspmHome home, DaemonDeathsNote note)
    {
        var guardian = Output.Display.Number(note.GuardianPid);
        return $"the daemon has died {note.Deaths.Words(ShortTime)}; its guardian (pid {guardian}) keeps starting it. "
            + $"See daemon.log in {home.Path}; "
            + $"to begin again from this shell: kill -9 {guardian}; tspm daemon start (the processes live on)";
    }

    /// <summary>What <c>list</c> says below its table when a daemon died and another one has taken over.</summary>
    public static string Mention(DaemonDeaths deaths) =>
        $"the daemon died {deaths.Words(ShortTime)} and was started again without stopping any process. "
        + "For details: tspm events --kind daemonDied";

    /// <summary>Local; without the date when it is today.</summary>
    public static string ShortTime(DateTimeOffset time)
    {
        var local = time.ToLocalTime();
        var format = local.Date == Now.ToLocalTime().Date ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss";
        return local.ToString(format, CultureInfo.InvariantCulture);
    }

    static DateTimeOffset Now => TimeProvider.System.GetUtcNow();
}
