namespace Tspm.Supervision.Checks;

/// <summary>
/// One kind of probe of a child. It starts on the supervisor's thread, never blocks it and has no time limit of its
/// own: the caller sets one (<see cref="ProbeAttempt"/>).
/// </summary>
internal interface IProbe
{
    /// <summary>
    /// Probes once. <paramref name="answered"/> is called at most once, on any thread: with null for success, otherwise
    /// with a phrase that says why the probe failed.
    /// </summary>
    /// <returns>Ends the attempt when disposed: releases its resources; no answer follows.</returns>
    IDisposable Run(Action<string?> answered);
}
