using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Process;
using Tspm.Supervision.Recovery;
using Tspm.Supervision.Starting;

namespace Tspm.Tests.Supervision;

/// <summary>
/// A machine played by hand, guardian included. It outlives daemons, as the real one does, and holds everybody to its
/// rules by throwing: at most one child of an instance, none before the last one's tree is gone, each child reaped
/// exactly once, no signal to a pid that may be another's.
/// </summary>
internal sealed class FakeProcessSystem : IProcessSystem
{
    const int FirstPid = 1000;

    readonly List<FakeProcess> _all = [];
    readonly Queue<SpawnFailure> _failures = new();
    readonly List<GuardianRecord> _records = [];
    ulong _lastRecord;
    int _lastPid = FirstPid;
    long _ticks = 100;

    public string BootId { get; set; } = "boot-1";

    /// <summary>Linux 6.15 and later: how others' children ended is known once they are reaped.</summary>
    public bool KernelTellsExits { get; set; }

    /// <summary>
    /// Children of earlier daemons stay zombies until <see cref="InitReaps"/>: their guardian is gone, and init takes
    /// its time.
    /// </summary>
    public bool InitIsLate { get; set; }

    /// <summary>
    /// Somebody else plays the guardian: orphans that end stay zombies until <see cref="ReapOrphan"/>, and a daemon
    /// hears of the end of a process at <see cref="TellEnd"/>.
    /// </summary>
    public bool IsGuardianPlayed { get; set; }

    /// <summary>Number of the guardian that adopts the orphans of processes started from now on.</summary>
    public int Guardian { get; set; }

    /// <summary>Processes whose end nobody has been told of, while the guardian is played.</summary>
    public List<FakeProcess> UntoldEnds { get; } = [];

    /// <summary>Descendants that ended and wait to be reaped, while the guardian is played.</summary>
    public List<FakeDescendant> EndedDescendants { get; } = [];

    /// <summary>Told of each signal before it has an effect.</summary>
    public Action<FakeProcess, int>? Signalled { get; set; }

    /// <summary>Number of the daemon that lives now.</summary>
    public int Daemon { get; private set; } = 1;

    public string? Trouble => null;

    public string? CgroupTrouble => null;

    /// <summary>Null: there are no cgroups.</summary>
    public long? GroupMemory { get; set; }

    public long? ReadGroupMemory(TreeMark mark) => GroupMemory;

    public SpawnFailure? ResourceShortage() => null;

    public long BootTicks => ++_ticks;

    public long DaemonDiedAtTicks { get; private set; }

    public IReadOnlyDictionary<string, string> ReadEnvironment(int pid) =>
        _all.Find(process => process.Pid == pid && process.Lives)?.Request.Environment
            ?? new Dictionary<string, string>();

    /// <summary>
    /// Told of each exit record while a daemon lives; without it they gather, as when the guardian's message is late.
    /// </summary>
    public Action<GuardianRecord>? Reaped { get; set; }

    /// <summary>Called when a daemon is about to reap one of its own children.</summary>
    public Action? BeforeReap { get; set; }

    /// <summary>What a child does with a signal; by default SIGKILL alone ends it.</summary>
    public Func<FakeProcess, int, ExitStatus?> Answer { get; set; } =
        static (_, signal) => signal == Signals.SIGKILL ? new ExitStatus(null, Signals.SIGKILL) : null;

    /// <summary>How many descendants children that end from now on leave behind.</summary>
    public int LeftoversOfNext { get; set; }

    /// <summary>How those behave.</summary>
    public Temper TemperOfNext { get; set; }

    /// <summary>Monotonic time of the test.</summary>
    public Func<TimeSpan> Now { get; set; } = static () => TimeSpan.Zero;

    /// <summary>
    /// How long the tree of an instance has from its stop signal before anything may be killed; null: it is not
    /// checked.
    /// </summary>
    public Func<InstanceKey, TimeSpan?> StopTimeoutOf { get; set; } = static _ => null;

    public long MemoryOfEach { get; set; } = 1 << 20;

    public IReadOnlyList<FakeProcess> All => _all;

    public IEnumerable<FakeProcess> Living => _all.Where(process => process.Lives);

    /// <summary>Every signal that was sent: (pid, signal, to the group).</summary>
    public List<(int Pid, int Signal, bool ToGroup)> Sent { get; } = [];

    /// <summary>
    /// Run between the spawn's success and its caller's knowledge of it: the instant at which a daemon may die.
    /// </summary>
    public Action? AfterSpawn { get; set; }

    /// <summary>Run before a signal is sent: another such instant.</summary>
    public Action? BeforeSignal { get; set; }

    /// <summary>Instances that are being reloaded: one more child may be started.</summary>
    public Func<InstanceKey, bool> MayHaveTwo { get; set; } = static _ => false;

    /// <summary>What was asked about trees of children that ended.</summary>
    public List<TreeMark> Swept { get; } = [];

    /// <summary>Children, not hooks.</summary>
    public FakeProcess Only(InstanceKey key) => Living.Single(process => process.Key == key && process.Hook is null);

    /// <summary>The living hooks of this name.</summary>
    public IReadOnlyList<FakeProcess> Hooks(string name) => [.. Living.Where(process => process.Hook == name)];

    public void FailNext(SpawnFailure failure) => _failures.Enqueue(failure);

    public void FailNothing() => _failures.Clear();

    // ---- what happens by itself

    /// <summary>The process ends by itself.</summary>
    public void Exit(FakeProcess process, ExitStatus status)
    {
        if (!process.Lives) throw new InvalidOperationException($"{process} has ended already");
        process.Status = status;
        process.EndedAt = Now();
        if (process.Hook is not null) process.HookLeftovers = LeftoversOfNext;
        else
            for (var i = 0; i < LeftoversOfNext; i++)
                _ = Fork(process, i % 2 == 1 ? process.Descendants[^1] : null, TemperOfNext);
        if (IsGuardianPlayed)
        {
            UntoldEnds.Add(process);
            return;
        }
        if (process.Parent != Daemon && !InitIsLate) ReapAsGuardian(process);
        TellWatchers(process);
        if (!InitIsLate) process.Watchers.Clear();
    }

    /// <summary>Init reaps at last; nobody is told how it ended but by the kernel.</summary>
    public void InitReaps(FakeProcess process)
    {
        process.IsReaped = true;
        TellWatchers(process);
    }

    /// <summary>The guardian that is played, or init, reaps an orphan.</summary>
    public void ReapOrphan(FakeProcess process)
    {
        if (process.Parent == Daemon) throw new InvalidOperationException($"{process} was reaped by a stranger");
        if (!process.IsZombie) throw new InvalidOperationException($"{process} was reaped and is no zombie");
        process.IsReaped = true;
        if (KernelTellsExits) UntoldEnds.Add(process);
    }

    /// <summary>The kernel tells the present daemon of an end, late or early.</summary>
    public void TellEnd(FakeProcess process)
    {
        UntoldEnds.Remove(process);
        TellWatchers(process);
    }

    void TellWatchers(FakeProcess process)
    {
        foreach (var (daemon, ended) in process.Watchers.ToArray())
            if (daemon == Daemon) ended();
    }

    /// <summary>kill -9 of the daemon: its children go to the guardian, which reaps those that have ended.</summary>
    public void KillDaemon()
    {
        Daemon++;
        DaemonDiedAtTicks = _ticks;
        Reaped = null;
        foreach (var process in _all)
        {
            process.Parent = 0;
            process.Watchers.Clear();
            if (process.IsZombie && !InitIsLate && !IsGuardianPlayed) ReapAsGuardian(process);
        }
    }

    /// <summary>Everything ends, the memory of the guardian included.</summary>
    public void Reboot(string bootId)
    {
        KillDaemon();
        foreach (var process in _all)
        {
            (process.Status, process.IsReaped, process.HookLeftovers) = (process.Status ?? ExitStatus.Unknown, true, 0);
            foreach (var descendant in process.Descendants) descendant.Lives = false;
        }
        _records.Clear();
        BootId = bootId;
    }

    /// <summary>Another guardian has come: what was there is init's, and nobody remembers how anything ended.</summary>
    public void ReplaceGuardian()
    {
        Guardian++;
        DaemonDiedAtTicks = 0;
        _records.Clear();
    }

    /// <summary>What the guardian sends first to a new daemon.</summary>
    public IReadOnlyList<GuardianRecord> Unacknowledged => [.. _records];

    public void Acknowledge(ulong sequence) => _records.RemoveAll(record => record.Sequence <= sequence);

    /// <summary>The guardian has no memory of it: it was replaced.</summary>
    public void ForgetRecords() => _records.Clear();

    void ReapAsGuardian(FakeProcess process)
    {
        if (process.IsReaped) throw new InvalidOperationException($"{process} was reaped twice");
        process.IsReaped = true;
        var record = new GuardianRecord(++_lastRecord, process.Pid, process.StartTicks, process.Status!,
            LedSession: true);
        _records.Add(record);
        Reaped?.Invoke(record);
    }

    internal void Reap(FakeProcess process)
    {
        BeforeReap?.Invoke();
        if (process.Lives) throw new InvalidOperationException($"{process} was reaped while it lives");
        if (process.IsReaped) throw new InvalidOperationException($"{process} was reaped twice");
        process.IsReaped = true;
    }

    internal bool Deliver(FakeProcess process, int signal, bool toGroup)
    {
        BeforeSignal?.Invoke();
        Sent.Add((process.Pid, signal, toGroup));
        Signalled?.Invoke(process, signal);
        if (signal is not (Signals.SIGKILL or Signals.SIGCONT or Signals.SIGHUP)) process.StopSignalledAt ??= Now();
        if (process.Lives && Answer(process, signal) is { } status) Exit(process, status);
        return true;
    }



    // ---- IProcessSystem

    public SpawnOutcome Spawn(SpawnRequest request)
    {
        var key = new InstanceKey(int.Parse(request.Environment[ChildEnvironment.IdVariable]),
            int.Parse(request.Environment[ChildEnvironment.InstanceVariable]));
        var hook = request.Environment.GetValueOrDefault(HookNames.Variable);
        if (hook is null != RunMark.IsMark(request.RunMark))
            throw new InvalidOperationException($"a child of {key} has no mark, or a hook has one");
        var most = MayHaveTwo(key) ? 1 : 0;
        // A reload may begin before its daemon can know that the first child has ended.
        var isReload = IsGuardianPlayed && most > 0;
        foreach (var other in _all.Where(other =>
            other.Key == key && (hook is null || hook is HookNames.PreStart or HookNames.PostStop)))
        {
            if (other.Hook is not (null or HookNames.PreStart or HookNames.PostStop)) continue;
            if (other.Lives && --most < 0)
                throw new InvalidOperationException($"a second child of {key} was started while {other} lives");
            if (!isReload && !other.Lives && other.Leftovers > 0)
                throw new InvalidOperationException($"a child of {key} was started while something of {other} is left");
        }
        if (_failures.TryDequeue(out var failure)) return new SpawnOutcome(null, failure);
        var process = new FakeProcess(++_lastPid, ++_ticks, request, key)
        {
            Parent = Daemon,
            Guardian = Guardian,
            Input = request.StdinPath is { } path && hook is not null
                ? File.ReadAllText(path)
                : null,
        };
        _all.Add(process);
        var child = new FakeChild(this, process, Daemon, isOwn: true);
        AfterSpawn?.Invoke();
        return new SpawnOutcome(child, null);
    }

    public IChild? Adopt(int pid, long startTicks) =>
        _all.Find(process => process.Pid == pid && process.StartTicks == startTicks && !process.IsReaped) is { } found
            ? new FakeChild(this, found, Daemon, isOwn: false)
            : null;

    /// <summary>Runs once, before the next search for the child of a run: it may end at that instant.</summary>
    public Action? BeforeLook { get; set; }

    /// <summary>Living processes that have closed their output, or write it elsewhere.</summary>
    public HashSet<int> HoldsNoOutput { get; } = [];

    public (int Pid, long StartTicks)? FindFifoHolder(string path)
    {
        LookBegins();
        return Living.FirstOrDefault(process =>
            process.Request.StdoutPath == path && !HoldsNoOutput.Contains(process.Pid)) is { } holder
            ? (holder.Pid, holder.StartTicks) : null;
    }

    /// <summary>Descendants lead sessions of their own; else they keep the one that they were born in.</summary>
    public bool DescendantsLead { get; set; }

    /// <summary>Run after the search for the child of a run: it may be reaped at that instant.</summary>
    public Action? AfterLook { get; set; }

    public RunTrace? FindRun(ulong runMark)
    {
        LookBegins();
        var found = _all.Find(process =>
            process.Request.RunMark == runMark && (!process.IsReaped || process.Leftovers > 0));
        var trace = found is null ? null : TraceOf(found);
        AfterLook?.Invoke();
        return trace;
    }

    RunTrace TraceOf(FakeProcess process)
    {
        if (!process.IsReaped) return new RunTrace(process.Pid, process.StartTicks);
        if (!DescendantsLead) return new RunTrace(0, 0);
        var oldest = process.Descendants.First(static one => one.Lives);
        return new RunTrace(oldest.Pid, oldest.StartTicks);
    }

    void LookBegins()
    {
        var before = BeforeLook;
        BeforeLook = null;
        before?.Invoke();
    }

    /// <summary>What the kernel says of each that was killed.</summary>
    public string? OutOfMemoryWords { get; set; }

    public string? OutOfMemoryKill(int pid, TimeSpan lived) => OutOfMemoryWords;

    public void KillHooks(string variable, string entry, bool everywhere)
    {
        foreach (var process in _all.Where(process => process.Hook is not null && process.Parent != Daemon).ToArray())
        {
            if (process.Lives) Exit(process, new ExitStatus(null, Signals.SIGKILL));
            // All that has the mark is killed, also what those that have ended left.
            process.HookLeftovers = 0;
        }
    }

    /// <summary>A process of the tree starts another one.</summary>
    public FakeDescendant Fork(FakeProcess main, FakeDescendant? parent = null, Temper temper = Temper.Obedient)
    {
        var descendant = new FakeDescendant(++_lastPid, ++_ticks, main, parent, temper);
        main.Descendants.Add(descendant);
        return descendant;
    }

    public IEnumerable<FakeDescendant> LivingDescendants =>
        _all.SelectMany(process => process.Descendants).Where(descendant => descendant.Lives);

    /// <summary>A descendant ends by itself; the guardian reaps it and says so.</summary>
    public void End(FakeDescendant descendant)
    {
        descendant.Lives = false;
        if (IsGuardianPlayed)
        {
            EndedDescendants.Add(descendant);
            return;
        }
        var record = new GuardianRecord(++_lastRecord, descendant.Pid, descendant.StartTicks, new ExitStatus(0, null),
            LedSession: false);
        _records.Add(record);
        Reaped?.Invoke(record);
    }

    /// <summary>How many of the next looks do not know whether anything is left.</summary>
    public int LooksThatDoNotKnow { get; set; }

    public IReadOnlyList<Leftover>? FindLeftovers(TreeMark mark)
    {
        if (Ended(mark) is not { } ended) return [];
        if (LooksThatDoNotKnow > 0)
        {
            LooksThatDoNotKnow--;
            return null;
        }
        // Who has got its signal, or was killed, goes at the next look: one of a family at a time.
        if (ended.Descendants.Find(one =>
            one.Lives
                && (one.WasKilled
                    || (one.SignalledBy.Count > 0
                        && one.Temper is (Temper.Obedient or Temper.Forking)))) is { } leaving)
        {
            leaving.Lives = false;
            if (leaving.Temper == Temper.Forking && !leaving.WasKilled) _ = Fork(ended);
        }
        return [.. ended.Descendants.Where(one => one.Lives).Select(one =>
            new Leftover(one.Pid, one.StartTicks, one.Parent?.Pid ?? 1, one.Pid, one.Pid, "fake"))];
    }

    public SignalResult SignalLeftover(Leftover leftover, int signal)
    {
        var one = _all.SelectMany(process => process.Descendants).Single(descendant => descendant.Pid == leftover.Pid);
        if (!one.Lives) return SignalResult.Gone;
        if (one.Main.Lives) throw new InvalidOperationException($"{one} was signalled while the main program lives");
        if (signal == Signals.SIGKILL) KillInTime(one);
        else if (signal != Signals.SIGCONT)
        {
            if (one.Parent is { } parent)
                throw new InvalidOperationException($"{one} was signalled while {parent} lives, which started it");
            if (one.SignalledBy.Contains(Daemon))
                throw new InvalidOperationException($"{one} got the stop signal twice");
            one.SignalledBy.Add(Daemon);
        }
        return SignalResult.Sent;
    }

    public ulong MarkTree(int pid, long startTicks, ulong runMark) =>
        _all.Find(process => process.Pid == pid) is { } child && RunMark.IsMark(child.Request.RunMark)
            ? child.Request.RunMark : runMark;

    void KillInTime(FakeDescendant one)
    {
        one.WasKilled = true;
        if (StopTimeoutOf(one.Main.Key) is not { } timeout) return;
        var had = one.Main.StopSignalledAt is { } asked ? Now() - asked : Now() - one.Main.EndedAt!.Value;
        var least = one.Main.StopSignalledAt is null && timeout > ChildEnding.LongestCleanUp
            ? ChildEnding.LongestCleanUp
            : timeout;
        if (had < least)
            throw new InvalidOperationException($"{one} was killed after {had}, before its {least} had passed");
    }

    /// <summary>Null: there was no child, of a run of which nobody knew that.</summary>
    FakeProcess? Ended(TreeMark mark)
    {
        var ended = _all.Find(process => mark.Pid == 0 ? process.Request.RunMark == mark.Run : process.Pid == mark.Pid);
        Swept.Add(mark);
        if (ended is null && mark.Pid == 0) return null;
        if (ended is null) throw new InvalidOperationException($"nobody ever had the pid {mark.Pid}");
        return ended.Lives
            ? throw new InvalidOperationException($"leftovers of {ended} were looked for while it lives")
            : ended;
    }

    public int? KillLeftovers(TreeMark mark)
    {
        if (mark is { Pid: 0, Run: RunMark.None })
            return _all.Count(process =>
                process.Lives && process.Hook is not null && process.Parent != Daemon
                    && process.Key == new InstanceKey(mark.Id, mark.Instance));
        if (Ended(mark) is not { } ended) return 0;
        if (ended.Hook is not null) return ended.HookLeftovers > 0 ? ended.HookLeftovers-- : 0;
        foreach (var one in ended.Descendants.Where(one => one.Lives)) KillInTime(one);
        return ended.Leftovers;
    }

    /// <summary>Who is not of any child's tree.</summary>
    public HashSet<int> Strangers { get; } = [];

    public bool IsInTree(int pid, uint uid, TreeMark mark) => !Strangers.Contains(pid);

    public IReadOnlyList<ProcessSample> ReadTree(int pid) =>
        [new ProcessSample(pid, 1, 1, "fake", TimeSpan.Zero, MemoryOfEach)];

    public long? ReadMemory(int pid) => MemoryOfEach;
}
