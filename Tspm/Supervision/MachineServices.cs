using Microsoft.Extensions.Logging;
using Tspm.Logs.Writing;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Facts;
using Tspm.Storage;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision;

/// <summary>What supervision needs from the machine and from the rest of the daemon. One instance per daemon.</summary>
internal abstract record MachineServices
{
    public required IProcessSystem System { get; init; }
    public required IRunOutputs Outputs { get; init; }
    public required INotifySockets Notify { get; init; }
    public required ITcpListeners Tcp { get; init; }
    public required IFileWatcher Files { get; init; }
    /// <summary>Reads the facts of runs in the background.</summary>
    public required IFactsReader Facts { get; init; }
    /// <summary>Reads the files that a start depends on.</summary>
    public required IStartFileReader StartFiles { get; init; }
    public required RunRecordStore Records { get; init; }
    public required TimerQueue Timers { get; init; }
    public required TimeProvider Clock { get; init; }
    public required TspmHome Home { get; init; }
    public required ILogger Log { get; init; }
    /// <summary>Appends an event to the event log and returns it with its number and time. Never blocks.</summary>
    public required Func<ProcessEvent, ProcessEvent> AppendEvent { get; init; }
    /// <summary>The pid of this daemon's parent, to which orphans are reparented.</summary>
    public required int GuardianPid { get; init; }
    /// <summary>Runs an action on the supervisor's thread.</summary>
    public required Action<Action> Post { get; init; }
}
