using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// The guardian's part of the home: the lock that makes it the only guardian, and the control socket. If the home is
/// removed or moved, both are recreated.
/// </summary>
/// <param name="home">The home.</param>
/// <param name="given">Contains lock and socket, which this object now owns, and the history of the home.</param>
/// <param name="store">Shows which run records describe children of this guardian.</param>
/// <param name="deaths">The note about daemon deaths, which is written again into a recreated home.</param>
internal sealed class GuardianHome(TspmHome home, Handover given, DescriptorStore store, DeathNote deaths)
{
    Descriptor _listener = Descriptor.Own(given.Listener), _lock = Descriptor.Own(given.GuardianLock);

    /// <summary>
    /// Why the last attempt to recreate the home failed; empty: it succeeded. Kept so that each problem is printed
    /// once.
    /// </summary>
    string _lastProblem = "";

    /// <summary>Descriptor of the socket to which clients connect.</summary>
    public int Listener => _listener.Number;

    /// <summary>Descriptor of the guardian lock.</summary>
    public int Lock => _lock.Number;

    /// <summary>Whether the socket came from a service manager.</summary>
    public bool HasForeignSocket { get; private set; } = given.Options.HasForeignSocket;

    /// <summary>A sentence about how the home was lost; null if it was not.</summary>
    public string? Problem { get; private set; } = given.Options.HomeProblem;

    /// <summary>Makes sure that the home exists before a daemon is started.</summary>
    /// <returns>False if it is missing and cannot be recreated now.</returns>
    public bool IsReady() =>
        LostHome.IsThere(home, Lock) || Make(out _) is not (HomeOutcome.Taken or HomeOutcome.Failed);

    /// <summary>
    /// Recreates the home and sends the result to the daemon. The daemon asks for this, or another guardian that found
    /// the home empty.
    /// </summary>
    public void Restore(DaemonLink daemon, bool isForeground)
    {
        var outcome = Make(out var problem);
        var listener = outcome is HomeOutcome.Made or HomeOutcome.SocketMade ? Listener : Descriptor.NoNumber;
        var answer = new GuardianMessage { Kind = GuardianMessageKind.HomeAnswer, Number = (ulong)outcome };
        _ = daemon.Send(answer, listener);
        if (problem.Length > 0 && problem != _lastProblem && isForeground) StandardError.WriteLine(problem);
        _lastProblem = problem;
    }

    /// <summary>Removes the socket file, unless a service manager owns it, which listens for the next daemon.</summary>
    public void RemoveSocket()
    {
        if (!HasForeignSocket && LostHome.HasLock(home, Lock)) _ = Unistd.unlink(home.SocketPath);
    }

    HomeOutcome Make(out string problem)
    {
        var outcome = LostHome.Make(home, ref _lock, ref _listener, store.HasOutputOf, out problem);
        // The new socket is ours, even if a service manager owned the lost one.
        if (outcome is HomeOutcome.Made or HomeOutcome.SocketMade) HasForeignSocket = false;
        if (outcome is not HomeOutcome.Made) return outcome;
        Problem = HomeLoss.Sentence(home, TimeProvider.System.GetUtcNow());
        deaths.Renew();
        return outcome;
    }
}
