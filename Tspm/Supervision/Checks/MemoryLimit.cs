using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Text;

namespace Tspm.Supervision.Checks;

/// <summary>The meaning of <c>memoryLimitBytes</c> and <c>monitorIntervalMs</c>.</summary>
internal static class MemoryLimit
{
    static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);

    public static bool Concerns(LifecyclePhase phase, ProcessConfig config) =>
        phase == LifecyclePhase.Online && config.MemoryLimitBytes is > 0;

    public static TimeSpan IntervalOf(ProcessConfig config) =>
        config.MonitorIntervalMs is { } ms ? TimeSpan.FromMilliseconds(ms) : DefaultInterval;

    /// <summary>The cause for restarting a child that uses too much memory.</summary>
    /// <param name="config">The process's config.</param>
    /// <param name="used">Memory in use, in bytes.</param>
    /// <returns>Null if the usage is within the limit or there is no limit.</returns>
    public static Cause? Excess(ProcessConfig config, long used) =>
        config.MemoryLimitBytes is { } limit && used > limit
            ? Cause.Observed(
                CauseCode.Memory, $"memory {ByteSize.Format(used)} exceeded the limit of {ByteSize.Format(limit)}")
            : null;
}
