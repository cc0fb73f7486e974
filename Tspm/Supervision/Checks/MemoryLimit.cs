using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Text;

namespace Tspm.Supervision.Checks;

/// <summary>What <c>memoryLimitBytes</c> and <c>monitorIntervalMs</c> mean.</summary>
internal static class MemoryLimit
{
    static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);

    public static bool Concerns(LifecyclePhase phase, ProcessConfig config) =>
        phase == LifecyclePhase.Online && config.MemoryLimitBytes is > 0;

    public static TimeSpan IntervalOf(ProcessConfig config) =>
        config.MonitorIntervalMs is { } ms ? TimeSpan.FromMilliseconds(ms) : DefaultInterval;

    /// <summary>Why a child is of no use; null: it is within the limit, or there is none.</summary>
    /// <param name="config">Of the process.</param>
    /// <param name="used">Bytes.</param>
    public static Cause? Excess(ProcessConfig config, long used) =>
        config.MemoryLimitBytes is { } limit && used > limit
            ? Cause.Observed(
                CauseCode.Memory, $"memory {ByteSize.Format(used)} over the limit of {ByteSize.Format(limit)}")
            : null;
}
