using Microsoft.Extensions.Logging;
using Tspm.Logs;
using Tspm.Model;
using Tspm.Platform;
using Tspm.Platform.Facts;
using Tspm.Storage;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Probes;

namespace Tspm.Supervision;

/// <summary>What every supervised process works with; one set per daemon.</summary>
internal sealed record SupervisionServices
{
    public required IProcessSystem System { get; init; }
    public required IRunOutputs Outputs { get; init; }
    public required INotifySockets Notify { get; init; }
    public required ITcpListeners Tcp { get; init; }
    public required IFileWatcher Files { get; init; }
    /// <summary>Reads what runs are started with, beside everything else.</summary>
    public required IFactsReader Facts { get; init; }
    public required Listeners Listeners { get; init; }
    public required ProbeMaker Probes { get; init; }
    public required RunRecordStore Records { get; init; }
    public required TimerQueue Timers { get; init; }
    public required TimeProvider Clock { get; init; }
    public required TspmHome Home { get; init; }
    public required ILogger Log { get; init; }
    /// <summary>Takes an event into the record, and gives it back with its number and time. Never waits.</summary>
    public required Func<ProcessEvent, ProcessEvent> Tell { get; init; }
    /// <summary>What runs to tell others of events.</summary>
    public EventHooks Hooks => field ??= new EventHooks(this);
    public RunNumbers RunNumbers => field ??= new RunNumbers(Clock);
    /// <summary>Parent of this daemon: where orphans go.</summary>
    public required int GuardianPid { get; init; }
    /// <summary>Runs an action on the supervisor's thread.</summary>
    public required Action<Action> Post { get; init; }
}
