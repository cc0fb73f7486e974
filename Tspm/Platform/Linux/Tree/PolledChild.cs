using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// A child on a kernel without pidfds (before Linux 5.4), which <see cref="ChildPoll"/> checks ten times a second.
/// Between two checks another process may get the pid, so the start time is compared before every signal to an adopted
/// child; an own child keeps its pid until it is reaped.
/// </summary>
internal sealed class PolledChild(ChildPoll poll, in ChildIdentity identity,
    Action<LinuxChild> forget) : LinuxChild(identity, forget)
{
    Action? _whenEnded;
    bool _wasReaped;

    /// <summary>Such a kernel reports the exit status to the parent only.</summary>
    public override bool TellsExit => false;

    public override void OnExit(Action ended)
    {
        _whenEnded = ended;
        poll.Add(this);
    }

    /// <summary>Checks the child, and calls back if it has ended.</summary>
    /// <returns>True if the child has ended.</returns>
    public bool NotifyIfEnded()
    {
        var isAlive = IsOwn ? Wait(SysWait.P_PID, Pid, WithoutReaping) is null : Lives();
        if (isAlive) return false;
        Interlocked.Exchange(ref _whenEnded, null)?.Invoke();
        return true;
    }

    public override ExitStatus? PeekExit() =>
        IsOwn && !_wasReaped && !IsDisposed ? Wait(SysWait.P_PID, Pid, WithoutReaping) : null;

    public override void Reap()
    {
        if (!IsOwn || _wasReaped || IsDisposed) return;
        _wasReaped = Wait(SysWait.P_PID, Pid, AndReap) is not null;
    }

    public override bool Signal(int signal) =>
        !IsDisposed && !_wasReaped && (IsOwn || Lives()) && SysSignal.kill(Pid, signal) == 0;

    protected override void Close() => poll.Remove(this);

    bool Lives() => ProcFiles.TryReadStat(Pid, out var stat) && stat.IsLiving && stat.StartTicks == StartTicks;
}
