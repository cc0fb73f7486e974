using Tspm.Model.State;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Client.Offline;

/// <summary>
/// Finds children that keep running although every tspm process was killed. A verb that only reads must not start a
/// daemon, but reports them. Reads only run records and /proc.
/// </summary>
internal static class UnmanagedChildren
{
    /// <returns>A sentence, or null if there are no such children.</returns>
    public static string? Notice(TspmHome home)
    {
        if (!Directory.Exists(home.RunFolder)) return null;
        var names = new List<string>();
        foreach (var (key, record) in new RunRecordStore(home).LoadAll())
            if (LivingChildOf(record) is { } child)
                names.Add($"{record.Common.Definition?.Name ?? key.ToString()} (pid {child.Pid})");
        if (names.Count == 0) return null;
        var (count, them) = names.Count == 1
            ? ("1 process is", "it") : ($"{Output.Display.Number(names.Count)} processes are", "them");
        return $"{count} running without a daemon: {string.Join(", ", names)}; "
            + $"to take {them} over without a restart: tspm daemon start";
    }

    static ChildRecord? LivingChildOf(RunRecord record)
    {
        if (record.Current is not { Pid: > 0 } child) return null;
        var lives = ProcFiles.TryReadStat(child.Pid, out var stat) && stat.IsLiving
            && stat.StartTicks == child.StartTicks;
        return lives ? child : null;
    }
}
