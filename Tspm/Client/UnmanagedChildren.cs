using Tspm.Model;
using Tspm.Platform.Linux;
using Tspm.Storage;
using Tspm.Supervision;

namespace Tspm.Client;

/// <summary>
/// Children that live on although every tspm process was killed: a verb that only reads must not start a daemon, but it says so. Reads run records and /proc, nothing else.
/// </summary>
internal static class UnmanagedChildren
{
    /// <summary>A sentence, or null when there are none.</summary>
    public static string? Notice(TspmHome home)
    {
        if (!Directory.Exists(home.RunFolder)) return null;
        var names = new List<string>();
        foreach (var (key, record) in new RunRecordStore(home).LoadAll())
            if (Lives(record)) names.Add($"{record.Definition?.Name ?? key.ToString()} (pid {record.Pid})");
        if (names.Count == 0) return null;
        var verb = names.Count == 1 ? "runs" : "run";
        return $"unmanaged {verb}: {string.Join(", ", names)}; tspm daemon start takes over, nothing is restarted";
    }

    static bool Lives(RunRecord record) =>
        record.Pid > 0 && record.Phase is (nameof(LifecyclePhase.Starting) or nameof(LifecyclePhase.Online) or nameof(LifecyclePhase.Stopping))
        && ProcFiles.TryReadStat(record.Pid, out var stat) && stat.IsLiving && stat.StartTicks == record.StartTicks;
}
