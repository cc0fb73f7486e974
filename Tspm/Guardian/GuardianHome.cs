using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// What the guardian has in its home: the lock that makes it the one guardian, and the control socket. Both can be lost
/// with the home, and made again.
/// </summary>
/// <param name="home">Which home.</param>
/// <param name="given">Lock and socket, which are this one's from now on, and what is known of the home so far.</param>
/// <param name="store">Tells whose children the run records in a home are.</param>
/// <param name="deaths">Written anew into a home that is new.</param>
internal sealed class GuardianHome(TspmHome home, Handover given, DescriptorStore store, DeathNote deaths)
{
    Descriptor _listener = Descriptor.Own(given.Listener), _lock = Descriptor.Own(given.GuardianLock);

    /// <summary>Why the home could not be made the last time; empty: it could. Not repeated at each try.</summary>
    string _lastProblem = "";

    /// <summary>The socket on which clients connect.</summary>
    public int Listener => _listener.Number;

    /// <summary>The descriptor of the guardian lock.</summary>
    public int Lock => _lock.Number;

    /// <summary>The socket came from a service manager.</summary>
    public bool HasForeignSocket { get; private set; } = given.Options.HasForeignSocket;

    /// <summary>What happened to the home; null: nothing.</summary>
    public string? Problem { get; private set; } = given.Options.HomeProblem;

    /// <summary>Before a daemon is started, which would find a home that is not there.</summary>
    /// <returns>False: it is not there, and cannot be made now.</returns>
    public bool IsReady() =>
        LostHome.IsThere(home, Lock) || Make(out _) is not (HomeOutcome.Taken or HomeOutcome.Failed);

    /// <summary>Asked for by the daemon, or by a guardian that has begun in an empty home and gave way.</summary>
    public void Restore(DaemonLink daemon, bool isForeground)
    {
        var outcome = Make(out var problem);
        var listener = outcome is HomeOutcome.Made or HomeOutcome.SocketMade ? Listener : Descriptor.NoNumber;
        var answer = new GuardianMessage { Kind = GuardianMessageKind.HomeAnswer, Number = (ulong)outcome };
        _ = daemon.Send(answer, listener);
        if (problem.Length > 0 && problem != _lastProblem && isForeground) StandardError.WriteLine(problem);
        _lastProblem = problem;
    }

    /// <summary>A service manager's stays: it listens there for the next one.</summary>
    public void RemoveSocket()
    {
        if (!HasForeignSocket && LostHome.HasLock(home, Lock)) _ = Unistd.unlink(home.SocketPath);
    }

    HomeOutcome Make(out string problem)
    {
        var outcome = LostHome.Make(home, ref _lock, ref _listener, store.HasOutputOf, out problem);
        // A service manager's socket had its file there too; this one is ours.
        if (outcome is HomeOutcome.Made or HomeOutcome.SocketMade) HasForeignSocket = false;
        if (outcome is not HomeOutcome.Made) return outcome;
        Problem = HomeLoss.Sentence(home, TimeProvider.System.GetUtcNow());
        deaths.Renew();
        return outcome;
    }
}
