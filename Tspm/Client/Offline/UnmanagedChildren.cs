using Tspm.Model.State;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Client.Offline;

/// <summary>
/// Children that live on although every tspm process was killed: a verb that only reads must not start a daemon, but it
/// says so. Reads run records and /proc, nothing else.
/// </summary>
internal static class UnmanagedChildren
{
    /// <summary>A sentence, or null when there are none.</summary>
    public static string? Notice(TspmHome home)
    {
        if (!Directory.Exists(home.RunFolder)) return null;
        var names = new List<string>();
        foreach (var (key, record) in new RunRecordStore(home).LoadAll())
            if (LivingChildOf(record) is { } child)
                names.Add($"{record.Common.Definition?.Name ?? key.ToString()} (pid {child.Pid})");
        if (names.Count == 0) return null;
        var verb = names.Count == 1 ? "runs" : "run";
        return $"unmanaged {verb}: {string.Join(", ", names)}; tspm daemon start takes over, nothing is restarted";
    }

    static ChildRecord? LivingChildOf(RunRecord record)
    {
        if (record.Current is not { Pid: > 0 } child) return null;
        var lives = ProcFiles.TryReadStat(child.Pid, out var stat) && stat.IsLiving
            && stat.StartTicks == child.StartTicks;
        return lives ? child : null;
    }
}
