using Microsoft.Extensions.Logging;
using Tspm.Logs;
using Tspm.Storage;
using Tspm.Supervision;

namespace Tspm.Daemon;

/// <summary>What the handlers of requests work with.</summary>
internal sealed class DaemonContext
{
    public required TspmHome Home { get; init; }
    public required SupervisorHandle Supervisor { get; init; }
    public required Readings Readings { get; init; }
    public required OutputPump Outputs { get; init; }
    public required LogGrowth Growth { get; init; }
    public required TimeProvider Clock { get; init; }
    public required int GuardianPid { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required TimeSpan StartedMonotonic { get; init; }
    /// <summary>The supervisor's clock.</summary>
    public required Func<TimeSpan> Monotonic { get; init; }
    /// <summary>Sentences about what needs a person's eye.</summary>
    public required Func<IReadOnlyList<string>> Troubles { get; init; }
    /// <summary>Begins the daemon's end; the text says who asked.</summary>
    public required Action<string> Shutdown { get; init; }
    public required ILogger Log { get; init; }
    /// <summary>To be told of work: see <see cref="Daemon.IdleTrim"/>.</summary>
    public required IdleTrim IdleTrim { get; init; }
    /// <summary>Nothing new is begun any more.</summary>
    public volatile bool IsShuttingDown;
    /// <summary>Completes at the very end, when everything is stopped and saved.</summary>
    public TaskCompletionSource ShutdownDone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
