using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Recovery;

/// <summary>
/// A child of an earlier daemon that ended while nobody looked: all that is left to learn is its exit status, from the
/// guardian.
/// </summary>
internal sealed class EndedChild(int pid, long startTicks) : IChild
{
    /// <summary>
    /// The child of a run whose daemon and guardian died before anyone wrote down which process it was: nobody can know
    /// how it ended, or even whether it was there. It has no pid.
    /// </summary>
    public static EndedChild Unidentified() => new(0, 0);

    public int Pid => pid;
    public long StartTicks => startTicks;
    public bool IsOwn => false;
    public bool TellsExit => false;
    public void OnExit(Action ended) => ended();
    public ExitStatus? PeekExit() => null;
    public void Reap() { }
    public bool Signal(int signal) => false;
    public bool SignalGroup(int signal) => false;
    public void Dispose() { }
}
