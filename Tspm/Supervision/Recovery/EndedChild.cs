using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Recovery;

/// <summary>
/// A child of an earlier daemon that ended unseen. Only its exit status can still be learned, from the guardian.
/// </summary>
internal sealed class EndedChild(int pid, long startTicks) : IChild
{
    /// <summary>
    /// The child of a run whose daemon and guardian died before anyone recorded which process it was. Nobody can know
    /// how it ended, or even whether it was started. It has no pid.
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
