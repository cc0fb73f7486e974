using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Process;

/// <summary>
/// Ends one run, whatever the occasion: a stop, a restart, a reload, the daemon's own end, or the clean-up after a
/// child that ended by itself. The stop signal goes to the main program (below a shell, to its group). Once that has
/// ended, what it left behind gets the same signal, from the top of each tree down: the workers of a server keep
/// working until their master has let them go. What is left when the one timeout has passed since the first signal is
/// killed. Which processes had to be killed is remembered and reported. Lives on the supervisor's thread; everything
/// that the next daemon needs in order to go on is in <see cref="Record"/>.
/// </summary>
/// <param name="services">For the machine and the timers.</param>
/// <param name="run">The run; saved after each signal.</param>
internal sealed class ChildEnding(MachineServices services, IEndingRun run) : IDisposable
{
    /// <summary>
    /// What a child that ended by itself left behind has at most this long, however patient its stop is.
    /// </summary>
    public static readonly TimeSpan LongestCleanUp = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The guardian tells of every orphan that it reaps, and then leftovers are looked for at once. These pauses are
    /// for those it is not the parent of.
    /// </summary>
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5), LongestPause = TimeSpan.FromMilliseconds(250);

    readonly RunTree _tree = new(services, run);

    readonly HashSet<int> _lastFound = [];

    readonly List<KilledProcess> _untouchable = [];
    List<SignalledProcess> _signalled = [];
    List<KilledProcess> _killed = [];
    TimeSpan? _due;
    long _signalSentTicks;
    TimeSpan _pause = FirstPause;
    IDisposable? _timeout, _nextLook;
    bool _mainHasEnded, _isOverdue, _isDone;

    /// <summary>What had to be killed because it did not end in time, the main program included.</summary>
    public IReadOnlyList<KilledProcess> Killed => _killed;

    /// <summary>Leftovers that belong to another user and cannot be ended.</summary>
    public IReadOnlyList<KilledProcess> Untouchable => _untouchable;

    /// <summary>Monotonic time of the SIGKILL; null: none is to come, as it was sent or all is over.</summary>
    public TimeSpan? KillAtMonotonic => _isDone || _isOverdue || _due is not { } due ? null
        : !_mainHasEnded && run.ExtendedUntil > due ? run.ExtendedUntil : due;

    /// <summary>What an earlier daemon had done already; null: nothing.</summary>
    public EndingRecord? Record
    {
        get => _due is not { } due ? null : new EndingRecord
        {
            SignalSentTicks = _signalSentTicks,
            DueMonotonicMs = (long)due.TotalMilliseconds,
            Signalled = _signalled.Count > 0 ? [.. _signalled] : null,
            Killed = _killed.Count > 0 ? [.. _killed] : null,
        };
        init
        {
            if (value is null) return;
            (_signalSentTicks, _due) = (value.SignalSentTicks, TimeSpan.FromMilliseconds(value.DueMonotonicMs));
            (_signalled, _killed) = ([.. value.Signalled ?? []], [.. value.Killed ?? []]);
        }
    }

    StopPolicy Policy => StopPolicy.Of(run.Definition.Config);

    /// <summary>Asks the main program to end, unless an earlier daemon did so, and starts the timeout.</summary>
    public void SendStopSignal()
    {
        if (_signalSentTicks == 0)
        {
            var ticks = services.System.BootTicks;
            run.Signal(Policy.Signal);
            // A stopped (SIGSTOP, Ctrl-Z) child does not see the signal before it goes on.
            if (Policy.Signal != Signals.SIGKILL) run.Signal(Signals.SIGCONT);
            _signalSentTicks = ticks;
        }
        StartTimeout(Policy.Timeout);
        run.Save();
    }

    /// <summary>
    /// The living leftovers of the main program, as <see cref="LookForLeftovers"/> saw them; null: not looked yet, not
    /// known (see <see cref="IProcessSystem.FindLeftovers"/>), or acted on.
    /// </summary>
    public IReadOnlyList<Leftover>? Leftovers { get; private set; }

    /// <summary>It left processes behind, and they are to be ended.</summary>
    public bool HasWork => Leftovers is { Count: > 0 } && Policy.KillTree;

    /// <summary>The main program has just ended: looks what it left behind, for <see cref="CleanUp"/>.</summary>
    public void LookForLeftovers() => Leftovers = _tree.Find();

    /// <summary>The main program has ended: ends what it left behind.</summary>
    public void CleanUp()
    {
        var found = Leftovers;
        Leftovers = null;
        _mainHasEnded = true;
        if (!Policy.KillTree) Finish();
        else Look(found ?? _tree.Find());
    }

    /// <summary>The timeout has passed: kills all that is left, the main program first.</summary>
    public void Kill()
    {
        _isOverdue = true;
        if (_mainHasEnded)
        {
            Look(_tree.Find());
            return;
        }
        if (run.Child is not { } child) return;
        _killed.Add(new KilledProcess(child.Pid, run.Definition.Name));
        run.Save();
        // What is below it follows by name, once it has ended. Without killTree nothing follows, and below a shell the
        // program itself is in the group.
        if (run.UsesShell && !Policy.KillTree) child.SignalGroup(Signals.SIGKILL);
        child.Signal(Signals.SIGKILL);
    }

    /// <summary>The guardian has reaped an orphan: looks at once when it was one that is waited for.</summary>
    public void OnReaped(int pid)
    {
        if (_lastFound.Contains(pid)) LookAgain();
    }

    /// <summary>Nothing stands in the way any more: looks at once. Before the clean-up it does nothing.</summary>
    public void LookAgain()
    {
        if (!_mainHasEnded || _isDone) return;
        _pause = FirstPause;
        Look(_tree.Find());
    }

    /// <summary>Stops watching; nothing is signalled any more.</summary>
    public void Dispose()
    {
        _isDone = true;
        _timeout?.Dispose();
        _nextLook?.Dispose();
    }

    void Look(IReadOnlyList<Leftover>? found)
    {
        if (_isDone) return;
        _nextLook?.Dispose();
        _lastFound.Clear();
        foreach (var leftover in found ?? []) _lastFound.Add(leftover.Pid);
        List<Leftover> left = [.. (found ?? []).Where(leftover => !_untouchable.Contains(NameOf(leftover)))];
        if (found is not null && left.Count == 0 && run.MayFinish)
        {
            Finish();
            return;
        }
        // Counted from the first signal; after a child that ended by itself, from its end.
        StartTimeout(Policy.Timeout < LongestCleanUp ? Policy.Timeout : LongestCleanUp);
        if (_isOverdue) KillAll(left);
        else SignalTops(left);
        _nextLook = services.Timers.After(_pause, () => Look(_tree.Find()));
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    void SignalTops(List<Leftover> left)
    {
        if (left.Count == 0) return;
        if (Policy.Signal == Signals.SIGKILL)
        {
            _tree.Kill();
            return;
        }
        var group = run.UsesShell ? run.Child?.Pid : null;
        var next = LeftoverTurns.Next(left, _signalled, group, _signalSentTicks);
        foreach (var leftover in next)
        {
            // One of another user may not be signalled, and is ended with the cgroup, or given up, when time is up.
            _ = _tree.Signal(leftover, Policy.Signal);
            _ = _tree.Signal(leftover, Signals.SIGCONT);
            _signalled.Add(new SignalledProcess(leftover.Pid, leftover.StartTicks));
        }
        if (next.Count > 0) run.Save();
    }

    void KillAll(List<Leftover> left)
    {
        if (left.Count == 0) return;
        List<KilledProcess> newly = [.. left.Select(NameOf).Where(killed => !_killed.Contains(killed))];
        _killed.AddRange(newly);
        if (newly.Count > 0) run.Save();
        _tree.Kill();
        foreach (var leftover in left)
            if (_tree.Signal(leftover, Signals.SIGKILL) == SignalResult.NotPermitted) GiveUpOn(leftover);
        newly.RemoveAll(_untouchable.Contains);
        if (newly.Count > 0) run.OnKilled(newly, Signals.SIGKILL);
    }

    void GiveUpOn(Leftover leftover)
    {
        _killed.Remove(NameOf(leftover));
        _untouchable.Add(NameOf(leftover));
    }

    static KilledProcess NameOf(Leftover leftover) => new(leftover.Pid, leftover.Name);

    void StartTimeout(TimeSpan timeout)
    {
        _due ??= services.Timers.Now + timeout;
        if (_timeout is not null || _isOverdue) return;
        var left = _due.Value - services.Timers.Now;
        _timeout = services.Timers.After(left > TimeSpan.Zero ? left : TimeSpan.Zero, TimeIsOver);
    }

    /// <summary>Unless the program asked for more time (EXTEND_TIMEOUT_USEC of man 3 sd_notify).</summary>
    void TimeIsOver()
    {
        _timeout = null;
        if (_isDone) return;
        if (!_mainHasEnded && run.ExtendedUntil > services.Timers.Now)
        {
            _due = run.ExtendedUntil;
            StartTimeout(TimeSpan.Zero);
            return;
        }
        run.OnStopTimedOut();
    }

    void Finish()
    {
        Dispose();
        run.OnTreeGone();
    }
}
