using Tspm.Model.State;

namespace Tspm.Platform;

/// <summary>
/// What supervision needs of an operating system: the seam between the brain and the machine. The real one makes system
/// calls, the tests' one is played by hand. All members but the readings are called from the supervisor's thread only,
/// and none blocks for long.
/// </summary>
internal interface IProcessSystem
{
    /// <summary>Identifies this boot of the machine: a pid from another boot means nothing.</summary>
    string BootId { get; }

    /// <summary>Now, on the clock of <see cref="IChild.StartTicks"/>.</summary>
    long BootTicks { get; }

    /// <summary>The environment that a living process was started with; empty when it cannot be read.</summary>
    IReadOnlyDictionary<string, string> ReadEnvironment(int pid);

    /// <summary>
    /// Why no child can be started at present, as the last try found; null: it worked, or failed for a reason of its
    /// own.
    /// </summary>
    string? Trouble { get; }

    /// <summary>
    /// Why there is no room for one more child beside what is needed to answer (descriptors); null: there is.
    /// </summary>
    SpawnFailure? LackOfRoom();

    /// <summary>Starts a program. A failure is a value: the stage, the error number and a sentence.</summary>
    SpawnOutcome Spawn(SpawnRequest request);

    /// <summary>
    /// Takes over a child of an earlier daemon: null when no process has this pid and start time. A zombie does not
    /// live, but how it ended is still to be learnt, so it counts here.
    /// </summary>
    IChild? Adopt(int pid, long startTicks);

    /// <summary>
    /// The pid and start time of the living process that holds this FIFO open for writing, other than this program
    /// itself; null: nobody does.
    /// </summary>
    (int Pid, long StartTicks)? FindFifoHolder(string path);

    /// <summary>
    /// What there is of a run: the processes that carry its mark, those included that are ending or wait to be reaped.
    /// Null: there are none, so its child was not started, got rid of its mark, or has been reaped.
    /// </summary>
    RunTrace? FindRun(ulong runMark);

    /// <summary>
    /// The living processes that an ended child left behind: all in its cgroup, its session or its process group, all
    /// orphans that carry its run's mark or its variables, and everything below those. Empty: the tree is gone.
    /// </summary>
    /// <returns>Null: so many orphans ended meanwhile that the answer is not known; ask again.</returns>
    IReadOnlyList<Leftover>? FindLeftovers(TreeMark mark);

    /// <summary>Sends a signal to a process that was left behind, and to no later one with its pid.</summary>
    SignalResult SignalLeftover(Leftover leftover, int signal);

    /// <summary>
    /// Sends SIGKILL to all that <see cref="FindLeftovers"/> finds. Returns how many living processes there were:
    /// 0 means the tree is gone, null that it is not known.
    /// </summary>
    int? KillLeftovers(TreeMark mark);

    /// <summary>
    /// Gives a living child of an earlier daemon, and everything below it, this mark, when it has none: an older
    /// version started it without. What may not be marked (another user's process) stays as it is.
    /// </summary>
    /// <returns>The mark that the child carries: this one, or the one that it had.</returns>
    ulong MarkTree(int pid, long startTicks, ulong runMark);

    /// <summary>
    /// The kernel's own words that it killed this process because memory ran out; null: it does not say so, or may not
    /// be read. From any thread.
    /// </summary>
    /// <param name="pid">The process, which has ended just now.</param>
    /// <param name="lived">How long it lived: what was said before is about another one.</param>
    string? OutOfMemoryKill(int pid, TimeSpan lived);

    /// <summary>
    /// Sends SIGKILL to what was started by a daemon that is dead, has a variable of this name in its environment and
    /// this entry ("NAME=value"), and to everything below it.
    /// </summary>
    /// <param name="variable">The name.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="everywhere">Its guardian is dead too, so it may have any parent.</param>
    void KillHooks(string variable, string entry, bool everywhere);

    /// <summary>
    /// True when a process belongs to a living child: itself, its session or group, its mark, or its descent. Of one
    /// that has ended meanwhile nothing is known: then its user has to be the child's, or root.
    /// </summary>
    bool IsInTree(int pid, uint uid, TreeMark mark);

    /// <summary>The living members of the tree below a child, itself first.</summary>
    IReadOnlyList<ProcessSample> ReadTree(int pid);

    /// <summary>
    /// Why processes run without cgroups of their own although they should have some; null: no trouble.
    /// </summary>
    string? CgroupTrouble { get; }

    /// <summary>
    /// Memory of all that is in the cgroup of an instance, as the kernel counts it; null: it does not.
    /// </summary>
    long? ReadGroupMemory(TreeMark mark);

    /// <summary>Memory of one process in bytes (Pss); null when it cannot be read.</summary>
    long? ReadMemory(int pid);
}

/// <summary>One run of a program, owned by the supervisor.</summary>
internal interface IChild : IDisposable
{
    int Pid { get; }

    /// <summary>
    /// Start time in clock ticks since boot (man 5 proc: field 22 of stat): with the pid it names a process for ever.
    /// </summary>
    long StartTicks { get; }

    /// <summary>
    /// True when this daemon is the parent and reaps it; false for an adopted one, whose exit status comes from the
    /// guardian.
    /// </summary>
    bool IsOwn { get; }

    /// <summary>
    /// Calls back, on any thread, when the child has ended, and for one with <see cref="TellsExit"/> again when its
    /// parent has reaped it.
    /// </summary>
    void OnExit(Action ended);

    /// <summary>
    /// True for an adopted child whose exit status the kernel tells once its parent, whoever that is, has reaped it.
    /// </summary>
    bool TellsExit { get; }

    /// <summary>
    /// The status of an own child that ended and is not reaped yet (it stays so); for an adopted one what the kernel
    /// still knows, else null.
    /// </summary>
    ExitStatus? PeekExit();

    /// <summary>
    /// Reaps an own child that ended: to be called after its status was saved. Does nothing for an adopted one.
    /// </summary>
    void Reap();

    /// <summary>Signals the child alone. False: it has ended.</summary>
    bool Signal(int signal);

    /// <summary>Signals its process group. False: no such group.</summary>
    bool SignalGroup(int signal);
}

/// <summary>Exactly one of the two is set.</summary>
internal readonly record struct SpawnOutcome(IChild? Child, SpawnFailure? Failure);

/// <summary>How to recognise what a child left behind.</summary>
/// <param name="Pid">The child's pid, which is also the number of its session and process group.</param>
/// <param name="Id">Value of TSPM_ID in its environment.</param>
/// <param name="Instance">Value of TSPM_INSTANCE in its environment.</param>
/// <param name="Hook">Value of TSPM_HOOK in its environment; null: whatever it is, or none.</param>
internal sealed record TreeMark(int Pid, int Id, int Instance, string? Hook = null)
{
    /// <summary>When the child started: what is older is not of its tree. 0: not known.</summary>
    public long StartTicks { get; init; }

    /// <summary>The mark that its descendants carry; <see cref="RunMark.None"/>: they carry none.</summary>
    public ulong Run { get; init; }

    /// <summary>
    /// Another child with the same marks started then and lives; null: there is none. With it the marks alone say
    /// nothing.
    /// </summary>
    public long? OtherStartTicks { get; init; }

    /// <summary>Output FIFOs of this child alone: who holds one is of its tree.</summary>
    public IReadOnlyList<string> Fifos { get; init; } = [];
}

/// <summary>Proof that the child of a run was started.</summary>
/// <param name="LeaderPid">
/// The oldest process of the run that leads a session, as the child does from its first instant; 0: none does, so the
/// child has ended and was reaped.
/// </param>
/// <param name="StartTicks">When that one started.</param>
internal sealed record RunTrace(int LeaderPid, long StartTicks);

/// <summary>A living process that outlived the child which it descends from.</summary>
/// <param name="Pid">The process.</param>
/// <param name="StartTicks">Its start time: with the pid it names the process for ever.</param>
/// <param name="ParentPid">Its parent, which may be another leftover.</param>
/// <param name="Group">Its process group.</param>
/// <param name="Session">Its session.</param>
/// <param name="Name">The kernel's name for it (man 5 proc, comm).</param>
internal readonly record struct Leftover(int Pid, long StartTicks, int ParentPid, int Group, int Session, string Name);

/// <summary>What became of a signal.</summary>
internal enum SignalResult
{
    Sent,

    /// <summary>The process has ended.</summary>
    Gone,

    /// <summary>It belongs to another user (a setuid program), and this daemon may not signal it.</summary>
    NotPermitted,
}

/// <summary>One living process at one moment.</summary>
internal sealed record ProcessSample(int Pid, int ParentPid, long StartTicks, string Command, TimeSpan CpuTime,
    long? MemoryBytes);
