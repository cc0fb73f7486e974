using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform.Linux.Cgroups;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Linux behind the seam: posix_spawn to start, pidfds to watch and signal (see <see cref="ChildPoll"/> for kernels
/// without), /proc to look around. It never forks in managed code, never polls, and with a thousand idle children does
/// nothing at all.
/// </summary>
internal sealed class LinuxProcessSystem : IProcessSystem
{
    readonly EventLoop loop;
    /// <summary>For children without a pidfd; null: there were none yet.</summary>
    ChildPoll? poll;
    readonly bool hasPidfds;
    readonly int guardianPid;
    readonly int ownPid = Unistd.getpid();
    readonly LinuxSpawner spawner;
    readonly ProcessCgroups? cgroups;
    readonly ProcFiles files = new();
    readonly ProcessTree tree;
    readonly LeftoverFinder leftovers;
    /// <summary>Readings come from any thread; the buffers of <see cref="files"/> belong to the supervisor's.</summary>
    readonly ProcFiles readingFiles = new();
    readonly ProcessTree readingTree;
    readonly Lock readingGate = new();
    /// <summary>By pid; under its own lock, because readings look at it from other threads.</summary>
    readonly Dictionary<int, LinuxChild> children = [];

    /// <param name="loop">Watches the children; running.</param>
    /// <param name="guardianPid">Parent of this process and subreaper of everything below it.</param>
    /// <param name="setUpCommand">How to run the hidden set-up mode of this executable.</param>
    /// <param name="originalOpenFiles">The soft descriptor limit before this program raised it: what children get by
    /// default.</param>
    /// <param name="originalOomScore">See <see cref="LinuxSpawner"/>.</param>
    /// <param name="cgroups">Null: there are none for processes.</param>
    /// <param name="withoutPidfds">As on a kernel that has none; for the tests.</param>
    /// <param name="originalLimits">See <see cref="LinuxSpawner"/>.</param>
    public LinuxProcessSystem(EventLoop loop, int guardianPid, SetUpCommand setUpCommand, ulong originalOpenFiles,
        int? originalOomScore = null, bool withoutPidfds = false, ProcessCgroups? cgroups = null,
        string? originalLimits = null)
    {
        hasPidfds = !withoutPidfds && SysPidfd.IsSupported;
        this.loop = loop;
        this.guardianPid = guardianPid;
        this.cgroups = cgroups;
        spawner = new LinuxSpawner(setUpCommand, originalOpenFiles, originalOomScore, originalLimits);
        tree = new ProcessTree(files, guardianPid, ChildOf);
        leftovers = new LeftoverFinder(files, guardianPid, ChildOf, new Orphans(files, guardianPid, ChildOf));
        readingTree = new ProcessTree(readingFiles, guardianPid, ChildOf);
        BootId = files.ReadBootId();
    }

    /// <summary>Programs that must not be started a second time; null: none.</summary>
    public Survivors? Survivors { get; init; }

    public string BootId { get; }

    public long BootTicks => BootClock.Ticks;

    public string? Trouble { get; private set; }

    public string? CgroupTrouble => cgroups?.Trouble;

    public SpawnFailure? LackOfRoom()
    {
        var lack = DescriptorReserve.Lack();
        if (lack is not null) Trouble = lack.Sentence;
        return lack;
    }

    public IReadOnlyDictionary<string, string> ReadEnvironment(int pid) => files.ReadEnvironment(pid);

    public SpawnOutcome Spawn(SpawnRequest request)
    {
        if (Survivors?.Holds(request.Environment) is { } held) return new SpawnOutcome(null, held);
        if (request.Cgroup is { } key && cgroups?.Make(key.Id, key.Instance) is { } cgroup) request = request with
        {
            SetUp = (request.SetUp ?? new SetUp()) with { Cgroup = cgroup },
        };
        var failure = spawner.Spawn(request, out var pid);
        Trouble = failure is { IsTransient: true } ? failure.Sentence : null;
        if (failure is not null) return new SpawnOutcome(null, failure);
        // Not reaped by anyone else, so it is there even when it has ended already.
        _ = ProcFiles.TryReadStat(pid, out var stat);
        var child = Watch(new ChildIdentity(pid, stat.StartTicks, IsOwn: true, IsNear: true));
        return child is null ? new SpawnOutcome(null, Abandon(pid, Errno.Last)) : new SpawnOutcome(child, null);
    }

    public IChild? Adopt(int pid, long startTicks)
    {
        if (pid <= 0) return null;
        if (!ProcFiles.TryReadStat(pid, out var stat) || stat.StartTicks != startTicks) return null;
        var near = stat.ParentPid == guardianPid || stat.ParentPid == ownPid;
        var child = Watch(new ChildIdentity(pid, startTicks, IsOwn: false, near));
        // Asked again: the pidfd names whoever has the number now, and the start time says whether that is still the
        // one we mean.
        if (child is null || (ProcFiles.TryReadStat(pid, out stat) && stat.StartTicks == startTicks)) return child;
        child.Dispose();
        return null;
    }

    /// <summary>Null: it cannot be watched, errno says why.</summary>
    LinuxChild? Watch(in ChildIdentity identity)
    {
        if (!hasPidfds) return Poll(identity);
        var pidfd = Descriptors.Pidfd(identity.Pid);
        if (pidfd.IsOpen) return Register(new PidfdChild(loop, pidfd, identity, Forget));
        // A new child that cannot be watched is started later. One that runs already must not be taken for dead, and
        // started a second time, because descriptors are scarce.
        return identity.IsOwn || Errno.Last == Errno.ESRCH ? null : Poll(identity);
    }

    LinuxChild Poll(in ChildIdentity identity) => Register(new PolledChild(poll ??= new ChildPoll(), identity, Forget));

    public (int Pid, long StartTicks)? FindFifoHolder(string path) => new FifoHolders(files).Find(path, guardianPid);

    public RunTrace? FindRun(ulong runMark) => new MarkedProcesses(files, guardianPid).Find(runMark);

    /// <inheritdoc/>
    /// <remarks>
    /// Costs a handful of system calls as long as the child is not disposed; without it all of /proc has to be looked
    /// through.
    /// </remarks>
    public int? KillLeftovers(TreeMark mark)
    {
        var members = MembersOfCgroup(mark);
        // First, because it is at once and for good; the other ways find what was started before there were cgroups.
        if (members.Count > 0) cgroups!.Kill(mark.Id, mark.Instance);
        var killed = leftovers.Kill(mark, members);
        return members.Count > (killed ?? 0) ? members.Count : killed;
    }

    public IReadOnlyList<Leftover>? FindLeftovers(TreeMark mark) => leftovers.Find(mark, MembersOfCgroup(mark));

    public SignalResult SignalLeftover(Leftover leftover, int signal) =>
        ProcessTree.Signal(leftover.Pid, leftover.StartTicks, signal);

    public ulong MarkTree(int pid, long startTicks, ulong runMark) =>
        tree.MarkTree(pid, startTicks, runMark);

    /// <summary>
    /// Who is in the cgroup of an instance; an empty one is removed. None during a reload: both children are in it, and
    /// what is left in it goes with the last one.
    /// </summary>
    IReadOnlyList<int> MembersOfCgroup(TreeMark mark) =>
        cgroups is null || mark.OtherStartTicks is not null ? [] : cgroups.MembersOrRemove(mark.Id, mark.Instance);

    public long? ReadGroupMemory(TreeMark mark) => cgroups?.ReadMemory(mark.Id, mark.Instance);

    public string? OutOfMemoryKill(int pid, TimeSpan lived) => KernelLog.FindKill(pid, lived);

    public void KillHooks(string variable, string entry, bool everywhere) =>
        tree.KillMarked(variable, entry, everywhere);

    public bool IsInTree(int pid, uint uid, TreeMark mark) => tree.Contains(pid, uid, mark);

    public IReadOnlyList<ProcessSample> ReadTree(int pid) => Reading(tree => tree.Read(pid));

    public long? ReadMemory(int pid) => Reading(tree => readingFiles.ReadPss(pid));

    T Reading<T>(Func<ProcessTree, T> read)
    {
        lock (readingGate) return read(readingTree);
    }

    LinuxChild Register(LinuxChild child)
    {
        lock (children) children[child.Pid] = child;
        return child;
    }

    LinuxChild? ChildOf(int pid)
    {
        lock (children) return children.GetValueOrDefault(pid);
    }

    void Forget(LinuxChild child)
    {
        // Its number may belong to a later one already.
        lock (children)
            if (children.GetValueOrDefault(child.Pid) == child) children.Remove(child.Pid);
    }

    /// <summary>A child that cannot be watched must not run: nobody would see its end.</summary>
    static SpawnFailure Abandon(int pid, int errno)
    {
        ChildEnd.ForceGroup(pid);
        ChildEnd.Force(pid);
        _ = ChildEnd.Wait(pid);
        return new SpawnFailure("watch", errno, $"cannot watch the new process: {Errno.Describe(errno)}");
    }
}
