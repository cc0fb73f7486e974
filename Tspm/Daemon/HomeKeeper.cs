using Microsoft.Extensions.Logging;
using Tspm.Guardian.Contract;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Events;
using Tspm.Storage;
using Tspm.Supervision;

namespace Tspm.Daemon;

/// <summary>
/// What the daemon does when its home was removed or moved: it has the guardian make folders, lock and socket again
/// (the lock decides whether it may), and then writes down anew all that it has in memory. Where another daemon has a
/// home by then, nothing is written: it says so, and its processes run on. Used on the supervisor's thread, where
/// nothing else is said.
/// </summary>
internal sealed class HomeKeeper : IDisposable
{
    /// <summary>
    /// Who removes a home has more files to remove: to make it again at once would only be in the way.
    /// </summary>
    static readonly TimeSpan LetItEnd = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// The guardian could not be asked, or could not make it; or somebody was still removing when it was made; or
    /// whoever has that place now may leave it.
    /// </summary>
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    readonly TspmHome _home;
    readonly HomeWatch _watch;
    readonly SupervisorLoop _loop;
    readonly GuardianChannel _guardian;
    readonly ILogger _log;
    readonly Action<Descriptor> _made;
    bool _isArmed, _hasAsked;
    volatile string? _trouble;

    /// <param name="home">Which home.</param>
    /// <param name="events">Watches it.</param>
    /// <param name="loop">The supervisor's.</param>
    /// <param name="guardian">Makes it again.</param>
    /// <param name="log">Stays open whatever happens to its name.</param>
    /// <param name="made">Called when it is there again, with the socket to listen on, if that is another one: all is
    /// to be written anew.</param>
    public HomeKeeper(TspmHome home, EventLoop events, SupervisorLoop loop, GuardianChannel guardian, ILogger log,
        Action<Descriptor> made)
    {
        (_home, _loop, _guardian, _log, _made) = (home, loop, guardian, log, made);
        _watch = new HomeWatch(home, events, Suspect);
        guardian.HomeAnswered = (outcome, listener) => _loop.Post(() => Answered(outcome, listener));
    }

    /// <summary>
    /// Why the daemon cannot be reached where it should be, or was not for a time; null: all is well.
    /// </summary>
    public string? Trouble => _trouble;

    /// <summary>From any thread: what is written to the home's paths is this daemon's to write.</summary>
    public bool IsOurs => _watch.IsOurs;

    /// <summary>From now on; the home is this daemon's.</summary>
    /// <param name="earlier">What happened to it before; null: nothing.</param>
    public void Begin(string? earlier)
    {
        _trouble = earlier;
        _watch.Begin();
    }

    /// <summary>From any thread: something about the home has changed, or could not be written.</summary>
    public void Suspect() => _loop.Post(() => Arm(LetItEnd));

    public void Dispose() => _watch.Dispose();

    void Arm(TimeSpan delay)
    {
        if (_isArmed) return;
        _isArmed = true;
        _loop.Timers.After(delay, Look);
    }

    void Look()
    {
        _isArmed = false;
        if (_watch.IsThere) return;
        if (!_hasAsked) _log.LogWarning("the home {Home} or a part of it was removed, moved or replaced", _home.Path);
        _hasAsked = true;
        _guardian.SayHomeGone();
        Arm(LookAgain);
    }

    void Answered(HomeOutcome outcome, Descriptor listener)
    {
        if (outcome is HomeOutcome.Taken or HomeOutcome.Failed)
        {
            var problem = outcome == HomeOutcome.Failed
                ? $"the home {_home.Path} was removed or moved and cannot be made again yet"
                : $"the home {_home.Path} was removed or moved, and another guardian or daemon uses that place now: "
                    + $"this daemon (pid {Environment.ProcessId}) cannot be reached; its processes run on. "
                    + $"To stop it and them: kill {ThisProcess.ParentPid}";
            if (_trouble != problem)
            {
                _log.LogError("{Problem}", problem);
                StandardError.WriteLine(problem);
            }
            _trouble = problem;
            return;
        }
        // Somebody else has asked, and nothing was lost.
        if (outcome == HomeOutcome.Kept && !_hasAsked) return;
        _hasAsked = false;
        _watch.Begin();
        _trouble = HomeLoss.Sentence(_home, TimeProvider.System.GetUtcNow());
        _made(listener);
        _log.LogWarning("{Sentence}", _trouble);
        Arm(LookAgain);
    }
}
