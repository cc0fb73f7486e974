using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Process;

/// <summary>
/// Ends one run, whatever the reason: a stop, a restart, a reload, the daemon's shutdown, or cleaning up after a child
/// that ended on its own. The stop signal goes to the main program (below a shell, to its group). Once that has ended,
/// its leftover processes get the same signal, from the top of each tree down, because the workers of a server keep
/// working until their master tells them to stop. Whatever still lives when the timeout has passed since the first
/// signal is killed. Killed processes are recorded and reported. Runs on the supervisor's thread; everything that the
/// next daemon needs to continue is in <see cref="Record"/>.
/// </summary>
/// <param name="services">Provides the machine and the timers.</param>
/// <param name="run">The run to end; saved after each signal.</param>
internal sealed class ChildEnding(MachineServices services, IEndingRun run) : IDisposable
{
    /// <summary>
    /// The longest time that leftovers of a child that ended on its own are given, even if the stop timeout is longer.
    /// </summary>
    public static readonly TimeSpan LongestCleanUp = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The guardian reports every orphan it reaps, and leftovers are rechecked at once. These delays are for processes
    /// whose parent is not the guardian.
    /// </summary>
    static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(5), MaxDelay = TimeSpan.FromMilliseconds(250);

    readonly RunTree _tree = new(services, run);

    readonly HashSet<int> _lastFound = [];

    readonly List<KilledProcess> _untouchable = [];
    List<SignalledProcess> _signalled = [];
    List<KilledProcess> _killed = [];
    TimeSpan? _due;
    long _signalSentTicks;
    TimeSpan _delay = FirstDelay;
    IDisposable? _timeout, _nextCheck;
    bool _mainHasEnded, _isOverdue, _isDone;

    /// <summary>
    /// The processes that had to be killed because they did not end in time, including the main program.
    /// </summary>
    public IReadOnlyList<KilledProcess> Killed => _killed;

    /// <summary>Leftovers of another user, which cannot be signalled.</summary>
    public IReadOnlyList<KilledProcess> Untouchable => _untouchable;

    /// <summary>
    /// Monotonic time of the SIGKILL; null if none is scheduled, because it has been sent or the run is over.
    /// </summary>
    public TimeSpan? KillAtMonotonic => _isDone || _isOverdue || _due is not { } due ? null
        : !_mainHasEnded && run.ExtendedUntil > due ? run.ExtendedUntil : due;

    /// <summary>The progress, for the next daemon; null if nothing has been done yet.</summary>
    public StopProgress? Record
    {
        get => _due is not { } due ? null : new StopProgress
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

    StopPolicy Policy => StopPolicy.From(run.Definition.Config);

    /// <summary>
    /// Sends the stop signal to the main program, unless an earlier daemon has done so, and starts the timeout.
    /// </summary>
    public void SendStopSignal()
    {
        if (_signalSentTicks == 0)
        {
            var ticks = services.System.BootTicks;
            run.Signal(Policy.Signal);
            // A stopped child (SIGSTOP, Ctrl-Z) does not receive the signal before it continues.
            if (Policy.Signal != Signals.SIGKILL) run.Signal(Signals.SIGCONT);
            _signalSentTicks = ticks;
        }
        StartTimeout(Policy.Timeout);
        run.Save();
    }

    /// <summary>
    /// The living leftovers that <see cref="FindLeftovers"/> found; null if it was not called, if they are unknown (see
    /// <see cref="IProcessSystem.FindLeftovers"/>), or once they have been acted on.
    /// </summary>
    public IReadOnlyList<Leftover>? Leftovers { get; private set; }

    /// <summary>Whether there are leftovers that have to be stopped.</summary>
    public bool HasWork => Leftovers is { Count: > 0 } && Policy.KillTree;

    /// <summary>Looks for leftovers when the main program has just ended, for <see cref="CleanUp"/>.</summary>
    public void FindLeftovers() => Leftovers = _tree.Find();

    /// <summary>Stops the leftovers after the main program has ended.</summary>
    public void CleanUp()
    {
        var found = Leftovers;
        Leftovers = null;
        _mainHasEnded = true;
        if (!Policy.KillTree) Finish();
        else Proceed(found ?? _tree.Find());
    }

    /// <summary>Kills whatever remains when the timeout has passed, the main program first.</summary>
    public void Kill()
    {
        _isOverdue = true;
        if (_mainHasEnded)
        {
            Proceed(_tree.Find());
            return;
        }
        if (run.Child is not { } child) return;
        _killed.Add(new KilledProcess(child.Pid, run.Definition.Name));
        run.Save();
        // Descendants are killed by name once the main program has ended. Without killTree they are left alone; below a
        // shell, the program itself runs in the shell's group.
        if (run.UsesShell && !Policy.KillTree) child.SignalGroup(Signals.SIGKILL);
        child.Signal(Signals.SIGKILL);
    }

    /// <summary>The guardian has reaped an orphan: rechecks at once if it was one of the leftovers.</summary>
    public void OnReaped(int pid)
    {
        if (_lastFound.Contains(pid)) Recheck();
    }

    /// <summary>Rechecks at once because an obstacle is gone. Does nothing before the clean-up.</summary>
    public void Recheck()
    {
        if (!_mainHasEnded || _isDone) return;
        _delay = FirstDelay;
        Proceed(_tree.Find());
    }

    /// <summary>Stops watching; nothing is signalled any more.</summary>
    public void Dispose()
    {
        _isDone = true;
        _timeout?.Dispose();
        _nextCheck?.Dispose();
    }

    void Proceed(IReadOnlyList<Leftover>? found)
    {
        if (_isDone) return;
        _nextCheck?.Dispose();
        _lastFound.Clear();
        foreach (var leftover in found ?? []) _lastFound.Add(leftover.Pid);
        List<Leftover> left = [.. (found ?? []).Where(leftover => !_untouchable.Contains(NameOf(leftover)))];
        if (found is not null && left.Count == 0 && run.MayFinish)
        {
            Finish();
            return;
        }
        // The timeout counts from the first signal, or from the exit of a child that ended on its own.
        StartTimeout(Policy.Timeout < LongestCleanUp ? Policy.Timeout : LongestCleanUp);
        if (_isOverdue) KillAll(left);
        else SignalTops(left);
        _nextCheck = services.Timers.After(_delay, () => Proceed(_tree.Find()));
        _delay = _delay * 2 < MaxDelay ? _delay * 2 : MaxDelay;
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
            // A process of another user cannot be signalled: when time is up it is killed with the cgroup, or given up.
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

    /// <summary>
    /// Called when the timeout has passed; waits longer if the program asked for more time (EXTEND_TIMEOUT_USEC, man 3
    /// sd_notify).
    /// </summary>
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
