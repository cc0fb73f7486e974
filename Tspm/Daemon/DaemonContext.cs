using Microsoft.Extensions.Logging;
using Tspm.Daemon.Control;
using Tspm.Daemon.Footprint;
using Tspm.Daemon.Upgrading;
using Tspm.Events;
using Tspm.Logs.Reading;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform.Facts;
using Tspm.Storage;
using Tspm.Supervision;

namespace Tspm.Daemon;

/// <summary>What the handlers of requests work with.</summary>
internal sealed class DaemonContext
{
    /// <summary>To those who came too late for this version: nothing of theirs was begun.</summary>
    public const string UpgradingSentence = "the daemon is being upgraded and has begun nothing of this; ask again";

    public required TspmHome Home { get; init; }
    public required SupervisorHandle Supervisor { get; init; }
    public required Readings Readings { get; init; }
    public required OutputPump Outputs { get; init; }
    public required IFactsReader Facts { get; init; }
    public required LogGrowth Growth { get; init; }
    public required EventLog Events { get; init; }
    /// <summary>Tells of the event files, and of nothing else.</summary>
    public required LogGrowth EventGrowth { get; init; }
    public required TimeProvider Clock { get; init; }
    public required int GuardianPid { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required TimeSpan StartedMonotonic { get; init; }
    /// <summary>The supervisor's clock.</summary>
    public required Func<TimeSpan> Monotonic { get; init; }
    /// <summary>Sentences about what needs a person's eye.</summary>
    public required Func<IReadOnlyList<string>> Troubles { get; init; }
    /// <summary>Begins the daemon's end; null: nobody knows who asked.</summary>
    public required Action<Requester?> Shutdown { get; init; }
    /// <summary>
    /// Begins the end in favour of another version, or of another guardian, see <see cref="Departure.Leave"/>. Throws
    /// <see cref="RequestException"/> when this one stays.
    /// </summary>
    public required Func<UpgradeCandidate?, ClientConnection?, Task> Upgrade { get; init; }
    /// <summary>Why the last upgrade was undone; null: there was none, or it worked.</summary>
    public required string? UpgradeProblem { get; init; }
    /// <summary>Earlier daemons that died unplanned; null: not known.</summary>
    public DaemonDeaths? Deaths { get; init; }
    /// <summary>Entered by what changes something.</summary>
    public required ChangeGate Changes { get; init; }
    public required ILogger Log { get; init; }
    /// <summary>Of the control socket.</summary>
    public required SocketLimits Limits { get; init; }
    public SocketCounters Counters { get; } = new();
    public required RestartCounts Restarts { get; init; }
    /// <summary>To be told of work: see <see cref="Tspm.Daemon.Footprint.IdleTrim"/>.</summary>
    public required IdleTrim IdleTrim { get; init; }
    /// <summary>Nothing new is begun any more.</summary>
    public volatile bool IsShuttingDown;
    /// <summary>Completes at the very end, when everything is stopped and saved.</summary>
    public TaskCompletionSource ShutdownDone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
