using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Recovery;

namespace Tspm.Supervision.Process;

/// <summary>
/// One run of a child, from the intent to start it until its last leftover process is gone. A process has at most one
/// run, or two during a reload. Each reports its events to its <see cref="Owner"/>. Runs on the supervisor's thread.
/// <code>
///   intended ──► started ──► exit seen ──► exit known: on record, then reaped ──► tree gone
///                   │ stop signal, timeout, kill: see <see cref="ChildEnding"/>     ▲
///                   └───────────────────────────────────────────────────────────────┘
/// </code>
/// The exit status is on record before the child is reaped, so that it cannot be lost if the daemon dies.
/// </summary>
internal sealed class ChildRun(MachineServices services, IRunHost process, RunStreams streams) : IEndingRun
{
    /// <summary>
    /// How long to wait for the exit status of an adopted child, from its guardian or, if the guardian was replaced,
    /// from the kernel, which waits until init reaps the child. An init reaps at once; whatever runs as PID 1 of a
    /// virtual machine or a container may reap every few seconds, or never.
    /// </summary>
    static readonly TimeSpan ExitStatusPatience = TimeSpan.FromSeconds(5);

    readonly long _outFloor, _errFloor;
    IDisposable? _exitTimer;
    ChildEnding? _ending;
    ChildMessages? _messages;

    /// <summary>Reacts to the run's events; null if the run came to nothing or is no longer watched.</summary>
    public IChildRunOwner? Owner { get; set; }

    public RunStreams Streams { get; } = streams;

    public ulong Id => Streams.RunId;

    /// <summary>Null if the run is intended but not started yet.</summary>
    public IChild? Child { get; private set; }

    /// <summary>The child's pid; null if there is no child, or nobody knows which process it was.</summary>
    public int? Pid => Child is { Pid: > 0 and var pid } ? pid : null;

    // ---- its start conditions

    /// <summary>The guardian under which the child was started, which reaps it if its daemon dies.</summary>
    public int GuardianPid { get; init; }

    /// <summary>The mark that the child and all its descendants carry (<see cref="Platform.RunMark"/>).</summary>
    public ulong Mark { get; set; }

    /// <summary>The child is a shell: the stop signal goes to its process group, to reach the programs.</summary>
    public bool UsesShell { get; init; }

    /// <summary>The readiness probe of the config at the start.</summary>
    public Probe? Ready { get; init; }

    public Probe? Health { get; set; }

    public int? StartTimeoutMs { get; init; }

    /// <summary>The config that the child was started with; null while there is no child.</summary>
    public ProcessConfig? StartedWith { get; set; }

    /// <summary>The config the child was started with; null if it is the definition's, or there is no child.</summary>
    public ProcessConfig? EarlierConfig(ProcessDefinition definition) =>
        ReferenceEquals(StartedWith, definition.Config) ? null : StartedWith;

    /// <summary>The addresses of the listening sockets passed to the child.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>What the run was started with; null if it has not been read.</summary>
    public RunFacts? Facts { get; set; }

    /// <summary>Where the run's output begins in the log file; at first, the file's size at the intent.</summary>
    public long OutStart
    {
        get => Streams.Begins.Out is >= 0 and var known ? known : _outFloor;
        init => _outFloor = value;
    }

    public long ErrStart
    {
        get => Streams.Begins.Err is >= 0 and var known ? known : _errFloor;
        init => _errFloor = value;
    }

    // ---- its progress

    /// <summary>The preStart hook runs, so there cannot be a child of this run yet.</summary>
    public bool IsPreparing { get; set; }

    /// <summary>Log files are being renamed or the envFile is being read: there cannot be a child yet.</summary>
    public bool IsWaitingForFiles { get; set; }

    public TimeSpan StartedAtMonotonic { get; set; }

    /// <summary>Wall-clock time, for display only.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>Whether the child was online at least once.</summary>
    public bool WasOnline { get; set; }

    /// <summary>Null if the run is not over.</summary>
    public bool? StayedUp { get; set; }

    /// <summary>The last result of the health probe; null if there is none yet.</summary>
    public bool? IsHealthy { get; set; }

    /// <summary>Why the last probe attempt failed.</summary>
    public string? ProbeProblem { get; set; }

    /// <summary>For a readiness probe that connects to a port: decides whose answers count; else null.</summary>
    public Tspm.Supervision.Checks.ListenerCheck? Listeners { get; set; }

    /// <summary>The child's messages (man 3 sd_notify); null if no probe uses them.</summary>
    public ChildMessages? Messages => _messages ??= Ready is { Notify: not null } || Health is { Notify: not null }
        ? new ChildMessages(services, process, this) : null;

    /// <summary>Monotonic time up to which the child asked for more time; zero if it did not.</summary>
    public TimeSpan ExtendedUntil => Messages?.ExtendedUntil ?? default;

    // ---- its end

    /// <summary>The child has been seen to end, so its pid is no longer shown.</summary>
    public bool IsExitSeen { get; private set; }

    /// <summary>The exit status is known, or never will be.</summary>
    public bool IsExitKnown { get; private set; }

    /// <summary>The exit status, once <see cref="IsExitKnown"/>; null if an earlier daemon reported it.</summary>
    public ExitStatus? Exit { get; private set; }

    /// <summary>The cause of the exit, once <see cref="IsExitKnown"/>.</summary>
    public Cause? ExitCause { get; private set; }

    /// <summary>Ends the child and its leftovers.</summary>
    public ChildEnding Ending => _ending ??= new ChildEnding(services, this);

    /// <summary>Null if nobody has asked the child to end and it has not ended.</summary>
    public ChildEnding? EndingSoFar => _ending;

    /// <summary>Signals the child; below a shell, its process group.</summary>
    /// <returns>False if there is no child.</returns>
    public bool Signal(int signal) =>
        Child is { } child && (UsesShell ? child.SignalGroup(signal) : child.Signal(signal));

    /// <summary>Continues an ending that an earlier daemon began.</summary>
    public void ResumeEnding(StopProgress record) => _ending = new ChildEnding(services, this) { Record = record };

    /// <summary>Sets the child that an earlier daemon started; <see cref="Watch"/> follows later.</summary>
    public void Attach(IChild child) => Child = child;

    /// <summary>Watches the child, whether it was just started or adopted.</summary>
    public void Watch(IChild child)
    {
        Child = child;
        child.OnExit(() => services.Post(SeeExit));
    }

    /// <summary>
    /// Sets a child that ended under an earlier daemon, which recorded the exit but may not have reaped it: the
    /// guardian reaps the children of a dead daemon.
    /// </summary>
    public void AttachEnded(ChildRecord record)
    {
        Child = new EndedChild(record.Pid, record.StartTicks);
        IsExitSeen = IsExitKnown = true;
        (Exit, ExitCause) = (record.Exit?.Status, record.Exit?.Cause);
    }

    /// <summary>Called when the guardian has reaped a process.</summary>
    /// <returns>True if it was this adopted child.</returns>
    public bool ApplyGuardianRecord(GuardianRecord record)
    {
        if (IsExitKnown || Child is not { IsOwn: false } child) return false;
        if (child.Pid != record.Pid || child.StartTicks != record.StartTicks) return false;
        LearnExit(record.Status);
        return true;
    }

    /// <summary>Stops watching without touching the child.</summary>
    public void Forget()
    {
        Owner = null;
        _exitTimer?.Dispose();
        _ending?.Dispose();
        Child?.Dispose();
    }

    // ---- as seen by its ending

    ProcessDefinition IEndingRun.Definition => process.Definition;

    TreeMark? IEndingRun.TreeMark => process.MarkOf(this);

    bool IEndingRun.MayFinish => process.MayFinish(this);

    void IEndingRun.Save() => process.Save();

    void IEndingRun.OnKilled(IReadOnlyList<KilledProcess> leftovers, int signal) =>
        process.ReportLeftovers(this, leftovers, signal);

    void IEndingRun.OnStopTimedOut() => Owner?.StopTimedOut(this);

    void IEndingRun.OnTreeGone()
    {
        process.AmendExit(this);
        Child?.Dispose();
        Owner?.TreeGone(this);
    }

    void SeeExit()
    {
        if (Owner is null || IsExitKnown || Child is not { } child) return;
        if (child.PeekExit() is { } status)
        {
            LearnExit(status);
            return;
        }
        if (GuardianPid != services.GuardianPid && !child.TellsExit)
        {
            LearnExit(ExitStatus.Unknown);
            return;
        }
        _exitTimer ??= services.Timers.After(
            ExitStatusPatience, () => LearnExit(child.PeekExit() ?? ExitStatus.Unknown));
        IsExitSeen = true;
        process.Publish();
    }

    void LearnExit(ExitStatus status)
    {
        if (Owner is not { } owner || IsExitKnown) return;
        _exitTimer?.Dispose();
        IsExitSeen = IsExitKnown = true;
        Ending.FindLeftovers();
        var (cause, wasAsked) = owner.Explain(this, status);
        (Exit, ExitCause) = (status, cause);
        process.SaveExit(this, status, cause, wasAsked);
        Child!.Reap();
        services.Outputs.Finish(Streams);
        Messages?.Dispose();
        owner.Exited(this);
    }
}
