using Tspm.Model;
using Tspm.Platform.Linux.Native;

namespace Tspm.Guardian;

/// <summary>
/// The part of the loop that changes the version: the daemon hands over an executable and ends, the guardian becomes that executable, and the next daemon is of the new version. A daemon
/// that does not come up brings the former executable back. The rest is in GuardianLoop.cs.
/// </summary>
internal sealed unsafe partial class GuardianLoop
{
    /// <summary>A daemon that has handed over has nothing left to do but to end; a disk that hangs must not hold up the upgrade for ever.</summary>
    const long LongestEndMs = 10_000;

    /// <summary>The executable to become when the daemon has ended; -1: none.</summary>
    int _next = -1;

    /// <summary>By when that daemon has to have ended.</summary>
    long _endDue;

    /// <summary>Not null while this version has yet to prove itself.</summary>
    Trial? _trial;

    void Prepare(int executable)
    {
        if (_next >= 0) _ = Unistd.close(_next);
        _next = executable;
        _endDue = Environment.TickCount64 + LongestEndMs;
    }

    /// <summary>Milliseconds until the living daemon has to be ended; -1: not at all.</summary>
    int OverdueInMs() => _next >= 0 || _successor >= 0 ? (int)Math.Max(0, _endDue - Environment.TickCount64) : _trial?.LeftMs ?? -1;

    void EndOverdueDaemon()
    {
        if (_daemonPid > 0 && OverdueInMs() == 0) _ = SysSignal.kill(_daemonPid, Signals.SIGKILL);
    }

    /// <summary>A connection to the guardian that takes over when the daemon has ended; -1: none.</summary>
    int _successor = -1;

    /// <summary>False: the successor could not take it, and this guardian goes on with another daemon.</summary>
    bool GaveAway()
    {
        var problem = Succession.Give(_successor, Snapshot(problem: null));
        _ = Unistd.close(_successor);
        _successor = -1;
        if (problem is null) return true;
        // The daemon did nothing wrong: the next one is started at once.
        _quickDeaths = 0;
        _options = _options with { UpgradeProblem = $"handing over to another daemon failed: {problem}" };
        return false;
    }

    /// <summary>True: it tried to become another executable, and could not.</summary>
    bool ChangedImage(int waitStatus)
    {
        if (_next >= 0) BecomeNext();
        else if (_trial?.Died(waitStatus) is { } reason) GoBack(reason);
        else return false;
        return true;
    }

    /// <summary>Becomes the executable that the daemon handed over. Comes back only when that failed: this version goes on.</summary>
    void BecomeNext()
    {
        var former = ImageChange.OpenSelf();
        // Without a way back there is no way forth.
        var reason = former < 0 ? $"cannot open the running executable: {Errno.Describe(Errno.Last)}" : ImageChange.Execute(_next, former, Snapshot(problem: null));
        if (former >= 0) _ = Unistd.close(former);
        _ = Unistd.close(_next);
        _next = -1;
        // The daemon of this version did nothing wrong: the next one is started at once.
        _quickDeaths = 0;
        _options = _options with { UpgradeProblem = reason };
    }

    /// <summary>Becomes the former executable again. Comes back only when that failed: then this version goes on trying, as with any daemon that dies.</summary>
    void GoBack(string problem)
    {
        var trial = _trial!;
        _trial = null;
        OwnSurroundings.GiveBack();
        var reason = ImageChange.Execute(trial.Former, -1, Snapshot(problem));
        _ = Unistd.close(trial.Former);
        OwnSurroundings.Normalize();
        _options = _options with { UpgradeProblem = $"{problem}; the former version could not be brought back: {reason}" };
    }

    Handover Snapshot(string? problem) => new()
    {
        Listener = _listener,
        Office = _office,
        Options = _options with { UpgradeProblem = problem },
        WasReady = _wasReady,
        QuickDeaths = 0,
        EndWanted = _endWanted,
        DaemonDiedAtTicks = _daemonDiedAtTicks,
        Stored = _store.All,
        Reaped = _reaped.Unacknowledged.ToArray(),
        LastReaped = _reaped.LastNumber,
        LogsPid = _logs.Pid,
        Deaths = _deaths,
    };
}
