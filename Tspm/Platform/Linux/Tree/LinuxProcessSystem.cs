using Tspm.Libc;
using Tspm.Model.State;
using Tspm.Platform.Linux.Cgroups;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// The process system of Linux: starts programs with posix_spawn, watches and signals them with pidfds (see
/// <see cref="ChildPoll"/> for kernels without), and reads /proc. It never forks in managed code and never polls; with
/// a thousand idle children it does nothing at all.
/// </summary>
internal sealed class LinuxProcessSystem : IProcessSystem
{
    readonly EventLoop _loop;
    /// <summary>Polls children without a pidfd; null before there was one.</summary>
    ChildPoll? _poll;
    readonly bool _hasPidfds;
    readonly int _guardianPid;
    readonly int _ownPid = Unistd.getpid();
    readonly LinuxSpawner _spawner;
    readonly ProcessCgroups? _cgroups;
    readonly ProcFiles _files = new();
    readonly ProcessTree _tree;
    readonly LeftoverFinder _leftovers;
    /// <summary>
    /// For readings, which any thread requests; the buffers of <see cref="_files"/> belong to the supervisor's thread.
    /// </summary>
    readonly ProcFiles _readingFiles = new();
    readonly ProcessTree _readingTree;
    readonly Lock _readingGate = new();
    /// <summary>Children by pid, under their own lock, because readings on other threads use them too.</summary>
    readonly Dictionary<int, LinuxChild> _children = [];

    /// <param name="loop">The event loop that watches the children; it must be running.</param>
    /// <param name="guardianPid">The parent of this process, which is the subreaper of all its descendants.</param>
    /// <param name="setUpCommand">How to run the hidden set-up mode of this executable.</param>
    /// <param name="originalOpenFiles">
    /// The soft descriptor limit before this program raised it, which children get by default.
    /// </param>
    /// <param name="originalOomScore">See <see cref="LinuxSpawner"/>.</param>
    /// <param name="cgroups">The cgroups of processes; null if there are none.</param>
    /// <param name="withoutPidfds">For tests: whether to behave as on a kernel without pidfds.</param>
    /// <param name="originalLimits">See <see cref="LinuxSpawner"/>.</param>
    public LinuxProcessSystem(EventLoop loop, int guardianPid, SetUpCommand setUpCommand, ulong originalOpenFiles,
        int? originalOomScore = null, bool withoutPidfds = false, ProcessCgroups? cgroups = null,
        string? originalLimits = null)
    {
        _hasPidfds = !withoutPidfds && SysPidfd.IsSupported;
        _loop = loop;
        _guardianPid = guardianPid;
        _cgroups = cgroups;
        _spawner = new LinuxSpawner(setUpCommand, originalOpenFiles, originalOomScore, originalLimits);
        _tree = new ProcessTree(_files, _guardianPid, ChildOf);
        _leftovers = new LeftoverFinder(_files, _guardianPid, ChildOf, new Orphans(_files, _guardianPid, ChildOf));
        _readingTree = new ProcessTree(_readingFiles, _guardianPid, ChildOf);
        BootId = _files.ReadBootId();
    }

    /// <summary>Programs that must not be started a second time; null if there are none.</summary>
    public Survivors? Survivors { get; init; }

    public string BootId { get; }

    public long BootTicks => BootClock.Ticks;

    public string? Trouble { get; private set; }

    public string? CgroupTrouble => _cgroups?.Trouble;

    public SpawnFailure? ResourceShortage()
    {
        var lack = DescriptorReserve.Lack();
        if (lack is not null) Trouble = lack.Sentence;
        return lack;
    }

    public IReadOnlyDictionary<string, string> ReadEnvironment(int pid) => _files.ReadEnvironment(pid);

    public SpawnOutcome Spawn(SpawnRequest request)
    {
        if (Survivors?.Holds(request.Environment) is { } held) return new SpawnOutcome(null, held);
        if (request.Cgroup is { } key && _cgroups?.Make(key.Id, key.Instance) is { } cgroup) request = request with
        {
            SetUp = (request.SetUp ?? new SetUp()) with { Cgroup = cgroup },
        };
        var failure = _spawner.Spawn(request, out var pid);
        Trouble = failure is { IsTransient: true } ? failure.Sentence : null;
        if (failure is not null) return new SpawnOutcome(null, failure);
        // Nobody else reaps the child, so its stat exists even if it has ended already.
        _ = ProcFiles.TryReadStat(pid, out var stat);
        var child = Watch(new ChildIdentity(pid, stat.StartTicks, IsOwn: true, IsNear: true));
        return child is null ? new SpawnOutcome(null, Abandon(pid, Errno.Last)) : new SpawnOutcome(child, null);
    }

    public IChild? Adopt(int pid, long startTicks)
    {
        if (pid <= 0) return null;
        if (!ProcFiles.TryReadStat(pid, out var stat) || stat.StartTicks != startTicks) return null;
        var near = stat.ParentPid == _guardianPid || stat.ParentPid == _ownPid;
        var child = Watch(new ChildIdentity(pid, startTicks, IsOwn: false, near));
        // Read again after the pidfd was opened: the pidfd refers to the present owner of the number, and the start
        // time shows whether that is still the same process.
        if (child is null || (ProcFiles.TryReadStat(pid, out stat) && stat.StartTicks == startTicks)) return child;
        child.Dispose();
        return null;
    }

    /// <returns>Null if the child cannot be watched; errno says why.</returns>
    LinuxChild? Watch(in ChildIdentity identity)
    {
        if (!_hasPidfds) return Poll(identity);
        var pidfd = Descriptors.Pidfd(identity.Pid);
        if (pidfd.IsOpen) return Register(new PidfdChild(_loop, pidfd, identity, Forget));
        // A new child that cannot be watched is started later. A child that runs already must not be taken for dead and
        // started a second time just because descriptors are scarce, so it is polled.
        return identity.IsOwn || Errno.Last == Errno.ESRCH ? null : Poll(identity);
    }

    LinuxChild Poll(in ChildIdentity identity) =>
        Register(new PolledChild(_poll ??= new ChildPoll(), identity, Forget));

    public (int Pid, long StartTicks)? FindFifoHolder(string path) => new FifoHolders(_files).Find(path, _guardianPid);

    public RunTrace? FindRun(ulong runMark) => new MarkedProcesses(_files, _guardianPid).Find(runMark);

    /// <inheritdoc/>
    /// <remarks>
    /// Takes a handful of system calls as long as the child is not disposed; afterwards all of /proc must be searched.
    /// </remarks>
    public int? KillLeftovers(TreeMark mark)
    {
        var members = MembersOfCgroup(mark);
        // The cgroup comes first, because it kills everything at once. The other ways find processes that were started
        // before there were cgroups.
        if (members.Count > 0) _cgroups!.Kill(mark.Id, mark.Instance);
        var killed = _leftovers.Kill(mark, members);
        return members.Count > (killed ?? 0) ? members.Count : killed;
    }

    public IReadOnlyList<Leftover>? FindLeftovers(TreeMark mark) => _leftovers.Find(mark, MembersOfCgroup(mark));

    public SignalResult SignalLeftover(Leftover leftover, int signal) =>
        ProcessTree.Signal(leftover.Pid, leftover.StartTicks, signal);

    public ulong MarkTree(int pid, long startTicks, ulong runMark) =>
        _tree.MarkTree(pid, startTicks, runMark);

    /// <summary>
    /// Returns the processes in the cgroup of an instance, and removes an empty one. Returns none during a reload, when
    /// both children share the cgroup; the rest is killed together with the last child.
    /// </summary>
    IReadOnlyList<int> MembersOfCgroup(TreeMark mark) =>
        _cgroups is null || mark.OtherStartTicks is not null ? [] : _cgroups.MembersOrRemove(mark.Id, mark.Instance);

    public long? ReadGroupMemory(TreeMark mark) => _cgroups?.ReadMemory(mark.Id, mark.Instance);

    public string? OutOfMemoryKill(int pid, TimeSpan lived) => KernelLog.FindKill(pid, lived);

    public void KillHooks(string variable, string entry, bool everywhere) =>
        _tree.KillMarked(variable, entry, everywhere);

    public bool IsInTree(int pid, uint uid, TreeMark mark) => _tree.Contains(pid, uid, mark);

    public IReadOnlyList<ProcessSample> ReadTree(int pid) => Reading(tree => tree.Read(pid));

    public long? ReadMemory(int pid) => Reading(_ => _readingFiles.ReadPss(pid));

    T Reading<T>(Func<ProcessTree, T> read)
    {
        lock (_readingGate) return read(_readingTree);
    }

    LinuxChild Register(LinuxChild child)
    {
        lock (_children) _children[child.Pid] = child;
        return child;
    }

    LinuxChild? ChildOf(int pid)
    {
        lock (_children) return _children.GetValueOrDefault(pid);
    }

    void Forget(LinuxChild child)
    {
        // The pid may belong to a later child already.
        lock (_children)
            if (_children.GetValueOrDefault(child.Pid) == child) _children.Remove(child.Pid);
    }

    /// <summary>Kills a child that cannot be watched, because nobody would notice its end.</summary>
    static SpawnFailure Abandon(int pid, int errno)
    {
        ChildEnd.ForceGroup(pid);
        ChildEnd.Force(pid);
        _ = ChildEnd.Wait(pid);
        return new SpawnFailure("watch", errno, $"cannot watch the new process: {Errno.Describe(errno)}");
    }
}
