using Microsoft.Extensions.Logging;
using Tspm.Daemon.Control;
using Tspm.Daemon.Footprint;
using Tspm.Daemon.Upgrading;
using Tspm.Events;
using Tspm.Logs.Reading;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Facts;
using Tspm.Storage;
using Tspm.Supervision;
using Tspm.Supervision.Starting;

namespace Tspm.Daemon;

/// <summary>The services and state of the daemon that request handlers use.</summary>
internal sealed class DaemonContext
{
    /// <summary>
    /// Sent to clients whose request arrived after the upgrade had begun; the request was not started.
    /// </summary>
    public const string UpgradingMessage = "the daemon is being upgraded and did not start this request; try again";

    public required TspmHome Home { get; init; }
    public required SupervisorHandle Supervisor { get; init; }
    public required Readings Readings { get; init; }
    public required IListeningPorts Ports { get; init; }
    public required OutputPump Outputs { get; init; }
    public required IFactsReader Facts { get; init; }
    public required IStartFileReader StartFiles { get; init; }
    public required LogChangeNotifier LogChanges { get; init; }
    public required EventLog Events { get; init; }
    /// <summary>Notifies of changes to the event files only; <see cref="LogChanges"/> also covers the logs.</summary>
    public required LogChangeNotifier EventChanges { get; init; }
    public required TimeProvider Clock { get; init; }
    public required int GuardianPid { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required TimeSpan StartedMonotonic { get; init; }
    /// <summary>The current time on the supervisor's monotonic clock.</summary>
    public required Func<TimeSpan> Monotonic { get; init; }
    /// <summary>Warnings for people, as <c>tspm status</c> shows them.</summary>
    public required Func<IReadOnlyList<string>> Troubles { get; init; }
    /// <summary>Begins the shutdown of the daemon. The argument is null if the requester is unknown.</summary>
    public required Action<Requester?> Shutdown { get; init; }
    /// <summary>
    /// Hands the home over to another version or another guardian, see <see cref="UpgradeHandoff.HandOver"/>. Throws
    /// <see cref="RequestException"/> if this daemon stays.
    /// </summary>
    public required Func<UpgradeCandidate?, ClientConnection?, Task> Upgrade { get; init; }
    /// <summary>Why the last upgrade was rolled back; null if it succeeded or there was none.</summary>
    public required string? UpgradeProblem { get; init; }
    /// <summary>Earlier daemons that died unexpectedly; null if the guardian did not report any figures.</summary>
    public DaemonDeaths? Deaths { get; init; }
    /// <summary>Every request that changes something passes through this gate.</summary>
    public required ChangeGate Changes { get; init; }
    public required ILogger Log { get; init; }
    /// <summary>The limits of the control socket.</summary>
    public required SocketLimits Limits { get; init; }
    public SocketCounters Counters { get; } = new();
    public TemporaryProcesses Temporaries => field ??= new TemporaryProcesses(this);
    public required RestartCounts Restarts { get; init; }
    /// <summary>Must be touched by every request, so that memory is trimmed only while the daemon is idle.</summary>
    public required IdleTrim IdleTrim { get; init; }
    /// <summary>The daemon is shutting down and starts no further changes.</summary>
    public volatile bool IsShuttingDown;
    /// <summary>Completes at the end of a shutdown, once all processes are stopped and the state is saved.</summary>
    public TaskCompletionSource ShutdownDone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
