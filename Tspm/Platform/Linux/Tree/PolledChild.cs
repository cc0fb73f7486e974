using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// A child on a kernel without pidfds (below Linux 5.4): looked at ten times a second by <see cref="ChildPoll"/>.
/// Between two looks a pid may change hands, so the start time is compared before every signal to an adopted one; an
/// own child keeps its pid until it is reaped.
/// </summary>
internal sealed class PolledChild(ChildPoll poll, in ChildIdentity identity,
    Action<LinuxChild> forget) : LinuxChild(identity, forget)
{
    Action? _whenEnded;
    bool _wasReaped;

    /// <summary>Such a kernel tells nobody but the parent.</summary>
    public override bool TellsExit => false;

    public override void OnExit(Action ended)
    {
        _whenEnded = ended;
        poll.Add(this);
    }

    /// <summary>One look. False: it has ended, and that was told.</summary>
    public bool Look()
    {
        if (IsOwn ? Wait(SysWait.P_PID, Pid, WithoutReaping) is null : Lives()) return true;
        Interlocked.Exchange(ref _whenEnded, null)?.Invoke();
        return false;
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
