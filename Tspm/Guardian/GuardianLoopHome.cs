using Tspm.Guardian.Contract;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Native;

namespace Tspm.Guardian;

/// <summary>The part of the loop that keeps the home where it belongs. The rest is in GuardianLoop.cs.</summary>
internal sealed unsafe partial class GuardianLoop
{
    /// <summary>The present daemon answers: it has all state in memory.</summary>
    bool _daemonIsReady;

    /// <summary>The home is to be made again as soon as the daemon is ready.</summary>
    bool _homeIsWanted;

    /// <summary>Why the home could not be made the last time; empty: it could. Not repeated at each try.</summary>
    string _homeProblem = "";

    /// <summary>Before a daemon is started: it would find a home that is not there. False: not now.</summary>
    bool HomeIsReady() => LostHome.IsThere(_home, _office) || MakeHome(out _) is not (HomeOutcome.Taken or HomeOutcome.Failed);

    /// <summary>Asked for by the daemon, or by a guardian that has begun in an empty home and gave way.</summary>
    void RestoreHome()
    {
        // One that is only coming up reads its state just now; without a daemon, the next one's start does it.
        _homeIsWanted = !_daemonIsReady;
        if (_homeIsWanted || _channel < 0) return;
        var outcome = MakeHome(out var problem);
        var hasSocket = outcome is HomeOutcome.Made or HomeOutcome.SocketMade;
        _ = Send(new GuardianMessage { Kind = GuardianMessageKind.HomeAnswer, Number = (ulong)outcome }, hasSocket ? _listener : -1);
        if (problem.Length > 0 && problem != _homeProblem && _options.Foreground) StandardError.WriteLine(problem);
        _homeProblem = problem;
    }

    HomeOutcome MakeHome(out string problem)
    {
        var outcome = LostHome.Make(_home, ref _office, ref _listener, _store.HasOutputOf, out problem);
        // A service manager's socket had its file there too; this one is ours.
        if (outcome is HomeOutcome.Made or HomeOutcome.SocketMade) _options = _options with { HasForeignSocket = false };
        if (outcome is not HomeOutcome.Made) return outcome;
        _options = _options with { HomeProblem = HomeLoss.Sentence(_home, TimeProvider.System.GetUtcNow()) };
        RenewNote();
        return outcome;
    }
}
