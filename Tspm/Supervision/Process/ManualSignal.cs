using Tspm.Model.State;

namespace Tspm.Supervision.Process;

/// <summary>The last signal that somebody sent to a child by hand: a child that dies of it has not crashed.</summary>
internal sealed class ManualSignal
{
    /// <summary>What dies of such a signal so long afterwards is thought to have died of something else.</summary>
    static readonly TimeSpan CountsFor = TimeSpan.FromSeconds(10);

    int _signal;
    TimeSpan _sentAtMonotonic;

    /// <summary>Who sent it; null: nobody has.</summary>
    public Requester? By { get; private set; }

    public void Sent(Requester? by, int signal, TimeSpan now) => (By, _signal, _sentAtMonotonic) = (by, signal, now);

    /// <summary>Why a child ended that nobody here had asked to end.</summary>
    /// <param name="status">How it ended.</param>
    /// <param name="background">
    /// What it left running, see <see cref="Starting.BackgroundProgram"/>; null: nothing.
    /// </param>
    /// <param name="now">Monotonic.</param>
    public Cause CauseOf(ExitStatus status, string? background, TimeSpan now)
    {
        if (Explains(status, now)) return Cause.Requested(CauseRequest.Signal) with { By = By, Exit = status };
        return background is null ? Cause.Ended(status)
            : new Cause(CauseCode.Background) { Exit = status, Detail = background };
    }

    /// <summary>A child ended like this because of the signal.</summary>
    public bool Explains(ExitStatus status, TimeSpan now) =>
        By is not null && status.Signal == _signal && now - _sentAtMonotonic < CountsFor;
}
