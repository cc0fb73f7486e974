using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Recovery;

namespace Tspm.Supervision.Process;

/// <summary>
/// One run of a child, from the intent to start it until nothing that it left behind lives any more. A process has one
/// at most, and a second one while it is replaced; whichever of the two it is, its <see cref="Owner"/> is told what
/// happens to it. Lives on the supervisor's thread.
/// <code>
///   intended ──► started ──► exit seen ──► exit known: on record, then reaped ──► tree gone
///                   │ stop signal, timeout, kill: see <see cref="ChildEnding"/>     ▲
///                   └───────────────────────────────────────────────────────────────┘
/// </code>
/// How a child ended is on record before it is reaped, so that no death of the daemon can lose it.
/// </summary>
internal sealed class ChildRun(MachineServices services, IRunHost process, RunStreams streams) : IEndingRun
{
    /// <summary>
    /// How long a guardian (or, when that was replaced, the kernel, which waits for init to reap) may take to say how
    /// an adopted child ended. An init does so at once; what runs as PID 1 in a virtual machine or a container may look
    /// every few seconds only, or never.
    /// </summary>
    static readonly TimeSpan ExitStatusPatience = TimeSpan.FromSeconds(5);

    readonly long _outFloor, _errFloor;
    IDisposable? _exitTimer;
    ChildEnding? _ending;
    ChildMessages? _messages;

    /// <summary>Who acts on what happens to it; null: it came to nothing, or is watched no longer.</summary>
    public IChildRunOwner? Owner { get; set; }

    public RunStreams Streams { get; } = streams;

    public ulong Id => Streams.RunId;

    /// <summary>Null: intended, not started yet.</summary>
    public IChild? Child { get; private set; }

    /// <summary>Of the child; null: there is none, or nobody knows which process it was.</summary>
    public int? Pid => Child is { Pid: > 0 and var pid } ? pid : null;

    // ---- what it is started with

    /// <summary>The guardian under which it was started: that one reaps it when its daemon dies.</summary>
    public int GuardianPid { get; init; }

    /// <summary>The mark that its child and all descendants carry (<see cref="Platform.RunMark"/>).</summary>
    public ulong Mark { get; set; }

    /// <summary>The child is a shell: the stop signal goes to its group, so that it reaches the programs.</summary>
    public bool UsesShell { get; init; }

    /// <summary>As the config said when it was started.</summary>
    public Probe? Ready { get; init; }

    public Probe? Health { get; set; }

    public int? StartTimeoutMs { get; init; }

    /// <summary>The whole config that its child was started with; null: there is no child yet.</summary>
    public ProcessConfig? StartedWith { get; set; }

    /// <summary>The same; null: what the definition says, or there is no child.</summary>
    public ProcessConfig? EarlierConfig(ProcessDefinition definition) =>
        ReferenceEquals(StartedWith, definition.Config) ? null : StartedWith;

    /// <summary>Addresses on which it listens by sockets that were passed to it.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>What it was started with; null: not read, or not yet.</summary>
    public RunFacts? Facts { get; set; }

    /// <summary>Where its output begins in the log files; until that is known, their sizes at the intent.</summary>
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

    // ---- how it is going

    /// <summary>Its preStart runs: no child of it can be there, whoever else was started in that time.</summary>
    public bool IsPreparing { get; set; }

    /// <summary>Its log files are being renamed, or its envFile is being read: no child of it can be there.</summary>
    public bool IsWaitingForFiles { get; set; }

    public TimeSpan StartedAtMonotonic { get; set; }

    /// <summary>Wall clock; only for people.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>The child was online once.</summary>
    public bool WasOnline { get; set; }

    /// <summary>Null: it is not over.</summary>
    public bool? StayedUp { get; set; }

    /// <summary>The last answer to the question about health; null: none yet.</summary>
    public bool? IsHealthy { get; set; }

    /// <summary>Why the last answer of a probe was not good.</summary>
    public string? ProbeProblem { get; set; }

    /// <summary>
    /// For a readiness probe that connects to a port: whose answers count. Null: it connects to none.
    /// </summary>
    public Tspm.Supervision.Checks.ListenerCheck? Listeners { get; set; }

    /// <summary>What the child says of itself (man 3 sd_notify); null: no probe asks it to.</summary>
    public ChildMessages? Messages => _messages ??= Ready is { Notify: not null } || Health is { Notify: not null }
        ? new ChildMessages(services, process, this) : null;

    /// <summary>Monotonic time until which the child asked for patience; zero: it did not.</summary>
    public TimeSpan ExtendedUntil => Messages?.ExtendedUntil ?? default;

    // ---- how it ends

    /// <summary>The child was seen to have ended. A pid that nobody has is not shown.</summary>
    public bool IsExitSeen { get; private set; }

    /// <summary>How the child ended is known, or never will be.</summary>
    public bool IsExitKnown { get; private set; }

    /// <summary>How it ended, once <see cref="IsExitKnown"/>; null: an earlier daemon has told of it.</summary>
    public ExitStatus? Exit { get; private set; }

    /// <summary>Why it ended, once <see cref="IsExitKnown"/>.</summary>
    public Cause? ExitCause { get; private set; }

    /// <summary>Its end, and that of what it leaves behind.</summary>
    public ChildEnding Ending => _ending ??= new ChildEnding(services, this);

    /// <summary>Null: nobody has asked it to end, and it has not ended.</summary>
    public ChildEnding? EndingSoFar => _ending;

    /// <summary>Signals the child; below a shell, its process group. False: there is no child.</summary>
    public bool Signal(int signal) =>
        Child is { } child && (UsesShell ? child.SignalGroup(signal) : child.Signal(signal));

    /// <summary>Goes on with an ending that an earlier daemon began.</summary>
    public void ResumeEnding(EndingRecord record) => _ending = new ChildEnding(services, this) { Record = record };

    /// <summary>The child that an earlier daemon has started; to be watched later.</summary>
    public void Meet(IChild child) => Child = child;

    /// <summary>The child is there, started now or by an earlier daemon: watches it.</summary>
    public void Watch(IChild child)
    {
        Child = child;
        child.OnExit(() => services.Post(SeeExit));
    }

    /// <summary>
    /// The child ended under an earlier daemon, which has written that down, and perhaps not reaped it: the guardian
    /// reaps what its dead daemon left.
    /// </summary>
    public void MeetEnded(ChildRecord record)
    {
        Child = new EndedChild(record.Pid, record.StartTicks);
        IsExitSeen = IsExitKnown = true;
        (Exit, ExitCause) = (record.Exit?.Status, record.Exit?.Cause);
    }

    /// <summary>The guardian reaped a process. True: it was this adopted child.</summary>
    public bool TakeGuardianRecord(GuardianRecord record)
    {
        if (IsExitKnown || Child is not { IsOwn: false } child) return false;
        if (child.Pid != record.Pid || child.StartTicks != record.StartTicks) return false;
        LearnExit(record.Status);
        return true;
    }

    /// <summary>Stops watching, without touching the child.</summary>
    public void Forget()
    {
        Owner = null;
        _exitTimer?.Dispose();
        _ending?.Dispose();
        Child?.Dispose();
    }

    // ---- what its ending asks for

    ProcessDefinition IEndingRun.Definition => process.Definition;

    TreeMark? IEndingRun.TreeMark => process.MarkOf(this);

    bool IEndingRun.MayFinish => process.MayFinish(this);

    void IEndingRun.Save() => process.Save();

    void IEndingRun.OnKilled(IReadOnlyList<KilledProcess> leftovers, int signal) =>
        process.TellOfLeftovers(this, leftovers, signal);

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
        Ending.LookForLeftovers();
        var (cause, wasAsked) = owner.Explain(this, status);
        (Exit, ExitCause) = (status, cause);
        process.SaveExit(this, status, cause, wasAsked);
        Child!.Reap();
        services.Outputs.Finish(Streams);
        Messages?.Dispose();
        owner.Exited(this);
    }
}
