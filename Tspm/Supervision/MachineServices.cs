using Microsoft.Extensions.Logging;
using Tspm.Logs.Writing;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Facts;
using Tspm.Storage;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision;

/// <summary>What supervision asks of the machine and of the daemon around it; one set per daemon.</summary>
internal abstract record MachineServices
{
    public required IProcessSystem System { get; init; }
    public required IRunOutputs Outputs { get; init; }
    public required INotifySockets Notify { get; init; }
    public required ITcpListeners Tcp { get; init; }
    public required IFileWatcher Files { get; init; }
    /// <summary>Reads what runs are started with, beside everything else.</summary>
    public required IFactsReader Facts { get; init; }
    /// <summary>Reads what runs are about to be started with.</summary>
    public required IStartFileReader StartFiles { get; init; }
    public required RunRecordStore Records { get; init; }
    public required TimerQueue Timers { get; init; }
    public required TimeProvider Clock { get; init; }
    public required TspmHome Home { get; init; }
    public required ILogger Log { get; init; }
    /// <summary>Takes an event into the record, and gives it back with its number and time. Never waits.</summary>
    public required Func<ProcessEvent, ProcessEvent> Tell { get; init; }
    /// <summary>Parent of this daemon: where orphans go.</summary>
    public required int GuardianPid { get; init; }
    /// <summary>Runs an action on the supervisor's thread.</summary>
    public required Action<Action> Post { get; init; }
}
