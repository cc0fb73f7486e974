using Tspm.Model.State;

namespace Tspm.Supervision.Process;

/// <summary>The last signal that someone sent to a child by hand: a child that dies of it has not crashed.</summary>
internal sealed class ManualSignal
{
    /// <summary>After this time, a death by the same signal is attributed to something else.</summary>
    static readonly TimeSpan CountsFor = TimeSpan.FromSeconds(10);

    int _signal;
    TimeSpan _sentAtMonotonic;

    /// <summary>Who sent the signal; null if nobody did.</summary>
    public Requester? By { get; private set; }

    public void Sent(Requester? by, int signal, TimeSpan now) => (By, _signal, _sentAtMonotonic) = (by, signal, now);

    /// <summary>The cause of an exit that this daemon did not ask for.</summary>
    /// <param name="status">The exit status.</param>
    /// <param name="background">
    /// A description of the program that was left running, see <see cref="Starting.BackgroundProgram"/>; null if there
    /// is none.
    /// </param>
    /// <param name="now">Monotonic time.</param>
    public Cause CauseOf(ExitStatus status, string? background, TimeSpan now)
    {
        if (Explains(status, now)) return Cause.Requested(CauseRequest.Signal) with { By = By, Exit = status };
        return background is null ? Cause.Ended(status)
            : new Cause(CauseCode.Background) { Exit = status, Detail = background };
    }

    /// <summary>Whether the signal explains the exit.</summary>
    public bool Explains(ExitStatus status, TimeSpan now) =>
        By is not null && status.Signal == _signal && now - _sentAtMonotonic < CountsFor;
}
