namespace Tspm.Supervision.Checks;

/// <summary>
/// One kind of question to a child. Begun on the supervisor's thread, never blocks it, and knows no time limit: who
/// asks, sets one (<see cref="ProbeAttempt"/>).
/// </summary>
internal interface IProbe
{
    /// <summary>
    /// Asks once. <paramref name="told"/> is called at most once, on any thread: null is a good answer, else a phrase
    /// says why not. Disposing of what is given back ends the question: no answer comes after that, and everything it
    /// used is released.
    /// </summary>
    IDisposable Look(Action<string?> told);
}
