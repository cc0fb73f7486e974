using Tspm.Model.State;

namespace Tspm.Platform;

/// <summary>
/// Everything that supervision needs from an operating system. The real implementation makes system calls; tests use a
/// fake. Except for the readings, all members are called on the supervisor's thread only. None blocks for long.
/// </summary>
internal interface IProcessSystem
{
    /// <summary>Identifies this boot of the machine: a pid from another boot means nothing.</summary>
    string BootId { get; }

    /// <summary>The present time on the clock of <see cref="IChild.StartTicks"/>.</summary>
    long BootTicks { get; }

    /// <summary>Returns the environment that a living process was started with; empty if it cannot be read.</summary>
    IReadOnlyDictionary<string, string> ReadEnvironment(int pid);

    /// <summary>
    /// Why no child can be started at present, according to the last attempt; null if that succeeded, or failed for a
    /// reason that concerns only that child.
    /// </summary>
    string? Trouble { get; }

    /// <summary>
    /// Why another child must not be started: it would use descriptors that the daemon needs to answer requests. Null
    /// if there are enough.
    /// </summary>
    SpawnFailure? ResourceShortage();

    /// <summary>Starts a program. A failure carries the stage, the error number and a sentence.</summary>
    SpawnOutcome Spawn(SpawnRequest request);

    /// <summary>
    /// Adopts a child of an earlier daemon; null if no process has this pid and start time. A zombie can be adopted
    /// too, because its exit status is still to be read.
    /// </summary>
    IChild? Adopt(int pid, long startTicks);

    /// <summary>
    /// Finds the living process, other than the daemon and its guardian, that has this FIFO open for writing; null if
    /// there is none.
    /// </summary>
    (int Pid, long StartTicks)? FindFifoHolder(string path);

    /// <summary>
    /// Finds the processes that carry the mark of a run, including those that are exiting or wait to be reaped. Null if
    /// there are none: the child was not started, dropped its mark, or has been reaped.
    /// </summary>
    RunTrace? FindRun(ulong runMark);

    /// <summary>
    /// Finds the living processes that an ended child left behind: those in its cgroup, session or process group, the
    /// orphans that carry its run's mark or its variables, and all descendants of these. Empty if the tree is gone.
    /// </summary>
    /// <returns>Null if too many orphans ended during the search; ask again.</returns>
    IReadOnlyList<Leftover>? FindLeftovers(TreeMark mark);

    /// <summary>Signals a leftover process, and never a later process with the same pid.</summary>
    SignalResult SignalLeftover(Leftover leftover, int signal);

    /// <summary>
    /// Sends SIGKILL to everything that <see cref="FindLeftovers"/> finds.
    /// </summary>
    /// <returns>The number of living processes; 0 if the tree is gone, null if that is not known.</returns>
    int? KillLeftovers(TreeMark mark);

    /// <summary>
    /// Gives this mark to a living child that an older version started without one, and to all its descendants.
    /// Processes that may not be marked (another user's) stay as they are.
    /// </summary>
    /// <returns>The mark that the child carries: this one, or the one it already had.</returns>
    ulong MarkTree(int pid, long startTicks, ulong runMark);

    /// <summary>
    /// Returns the kernel's message that it killed this process because memory ran out; null if there is none, or the
    /// kernel log may not be read. Any thread may call this.
    /// </summary>
    /// <param name="pid">The process, which has just ended.</param>
    /// <param name="lived">How long the process lived; older messages are about another process.</param>
    string? OutOfMemoryKill(int pid, TimeSpan lived);

    /// <summary>
    /// Sends SIGKILL to processes that a dead daemon started, and that have both this variable and this entry
    /// ("NAME=value") in their environment, and to all their descendants.
    /// </summary>
    /// <param name="variable">The name of the variable.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="everywhere">True if their guardian is dead too, so that they may have any parent.</param>
    void KillHooks(string variable, string entry, bool everywhere);

    /// <summary>
    /// Whether a process belongs to a living child: it is the child itself, shares its session, group or mark, or
    /// descends from it. If the process has ended meanwhile, its user must be the child's or root.
    /// </summary>
    bool IsInTree(int pid, uint uid, TreeMark mark);

    /// <summary>Returns the living processes of a child's tree, the child itself first.</summary>
    IReadOnlyList<ProcessSample> ReadTree(int pid);

    /// <summary>
    /// Why processes run without their own cgroups although they should have some; null if there is no trouble.
    /// </summary>
    string? CgroupTrouble { get; }

    /// <summary>
    /// Returns the memory of all processes in the cgroup of an instance, in bytes; null if the kernel does not count
    /// it.
    /// </summary>
    long? ReadGroupMemory(TreeMark mark);

    /// <summary>Returns the memory of one process (Pss), in bytes; null if it cannot be read.</summary>
    long? ReadMemory(int pid);
}

/// <summary>One run of a program, owned by the supervisor.</summary>
internal interface IChild : IDisposable
{
    int Pid { get; }

    /// <summary>
    /// The start time in clock ticks since boot (man 5 proc: field 22 of stat). Together with the pid it identifies a
    /// process uniquely.
    /// </summary>
    long StartTicks { get; }

    /// <summary>
    /// True if this daemon is the parent and reaps the child; false for an adopted child, whose exit status comes from
    /// the guardian.
    /// </summary>
    bool IsOwn { get; }

    /// <summary>
    /// Calls back, on any thread, when the child has ended. If <see cref="TellsExit"/> is set, calls back again once
    /// its parent has reaped it.
    /// </summary>
    void OnExit(Action ended);

    /// <summary>
    /// True for an adopted child whose exit status the kernel reports once its parent has reaped it.
    /// </summary>
    bool TellsExit { get; }

    /// <summary>
    /// Reads the exit status of an own child that has ended, without reaping it; for an adopted child, the status that
    /// the kernel still knows. Null if there is none.
    /// </summary>
    ExitStatus? PeekExit();

    /// <summary>
    /// Reaps an own child that has ended; to be called after its status was saved. Does nothing for an adopted child.
    /// </summary>
    void Reap();

    /// <summary>Signals only the child; false if it has ended.</summary>
    bool Signal(int signal);

    /// <summary>Signals the child's process group; false if there is no such group.</summary>
    bool SignalGroup(int signal);
}

/// <summary>The result of a spawn: exactly one of the two is set.</summary>
internal readonly record struct SpawnOutcome(IChild? Child, SpawnFailure? Failure);

/// <summary>The marks by which the processes of a child's tree are recognised.</summary>
/// <param name="Pid">The child's pid, which is also the number of its session and process group.</param>
/// <param name="Id">Value of TSPM_ID in its environment.</param>
/// <param name="Instance">Value of TSPM_INSTANCE in its environment.</param>
/// <param name="Hook">Value of TSPM_HOOK in its environment; null if any value, or none, matches.</param>
internal sealed record TreeMark(int Pid, int Id, int Instance, string? Hook = null)
{
    /// <summary>When the child started; older processes are not in its tree. 0 if unknown.</summary>
    public long StartTicks { get; init; }

    /// <summary>The mark that its descendants carry; <see cref="RunMark.None"/> if they carry none.</summary>
    public ulong Run { get; init; }

    /// <summary>
    /// The start time of another living child with the same id and instance; null if there is none. If there is one,
    /// the variables alone do not tell the trees apart.
    /// </summary>
    public long? OtherStartTicks { get; init; }

    /// <summary>Output FIFOs that only this child has; a process that holds one is in its tree.</summary>
    public IReadOnlyList<string> Fifos { get; init; } = [];
}

/// <summary>Evidence that the child of a run was started.</summary>
/// <param name="LeaderPid">
/// The oldest process of the run that leads a session, as the child does from its first instant; 0 if none does, so the
/// child has ended and was reaped.
/// </param>
/// <param name="StartTicks">When that process started.</param>
internal sealed record RunTrace(int LeaderPid, long StartTicks);

/// <summary>A living process that has outlived the child it descends from.</summary>
/// <param name="Pid">The process.</param>
/// <param name="StartTicks">Its start time; together with the pid it identifies the process uniquely.</param>
/// <param name="ParentPid">Its parent, which may be another leftover.</param>
/// <param name="Group">Its process group.</param>
/// <param name="Session">Its session.</param>
/// <param name="Name">The kernel's name for it (man 5 proc, comm).</param>
internal sealed record Leftover(int Pid, long StartTicks, int ParentPid, int Group, int Session, string Name);

/// <summary>The result of sending a signal.</summary>
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
