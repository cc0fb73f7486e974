using Microsoft.Extensions.Logging;
using Tspm.Guardian.Contract;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Events;
using Tspm.Storage;
using Tspm.Supervision;

namespace Tspm.Daemon;

/// <summary>
/// Recreates the home when it was removed or moved: the guardian recreates the folders, the lock and the socket (the
/// lock decides whether it may), and then the daemon rewrites everything that it has in memory. If another daemon has
/// taken the place by then, this daemon writes nothing and reports that; its processes keep running. Used on the
/// supervisor's thread, unless a member says otherwise.
/// </summary>
internal sealed class HomeKeeper : IDisposable
{
    /// <summary>
    /// How long to wait after a change. Whoever removes a home has more files to remove, and recreating it at once
    /// would only get in the way.
    /// </summary>
    static readonly TimeSpan RemovalSettleTime = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// How long to wait before the next check. The guardian may have failed, somebody may still be removing files, or
    /// the daemon that has the place now may leave it.
    /// </summary>
    static readonly TimeSpan RecheckAfter = TimeSpan.FromSeconds(2);

    readonly TspmHome _home;
    readonly HomeWatch _watch;
    readonly SupervisorLoop _loop;
    readonly GuardianChannel _guardian;
    readonly ILogger _log;
    readonly Action<Descriptor> _onRecreated;
    bool _isArmed, _hasAsked;
    volatile string? _trouble;

    /// <param name="home">The home to keep.</param>
    /// <param name="events">The event loop that watches the home.</param>
    /// <param name="loop">The supervisor's loop.</param>
    /// <param name="guardian">The guardian, which recreates the home.</param>
    /// <param name="log">The daemon's log; it stays open even if its file is removed.</param>
    /// <param name="onRecreated">
    /// Called once the home exists again, to rewrite everything. The descriptor is the socket to listen on; it is not
    /// open if the socket has not changed.
    /// </param>
    public HomeKeeper(TspmHome home, EventLoop events, SupervisorLoop loop, GuardianChannel guardian, ILogger log,
        Action<Descriptor> onRecreated)
    {
        (_home, _loop, _guardian, _log, _onRecreated) = (home, loop, guardian, log, onRecreated);
        _watch = new HomeWatch(home, events, Suspect);
        guardian.HomeAnswered = (outcome, listener) => _loop.Post(() => OnAnswer(outcome, listener));
    }

    /// <summary>
    /// Why the daemon cannot be reached at its home, or could not be for some time; null if there is no trouble.
    /// </summary>
    public string? Trouble => _trouble;

    /// <summary>True if this daemon may write to the paths of the home. Any thread may ask.</summary>
    public bool IsOurs => _watch.IsOurs;

    /// <summary>Begins to watch the home, which belongs to this daemon.</summary>
    /// <param name="earlier">What happened to the home under an earlier daemon; null if nothing did.</param>
    public void Begin(string? earlier)
    {
        _trouble = earlier;
        _watch.Begin();
    }

    /// <summary>
    /// Schedules a check, because something in the home changed or could not be written. Any thread may call this.
    /// </summary>
    public void Suspect() => _loop.Post(() => Arm(RemovalSettleTime));

    public void Dispose() => _watch.Dispose();

    void Arm(TimeSpan delay)
    {
        if (_isArmed) return;
        _isArmed = true;
        _loop.Timers.After(delay, CheckHome);
    }

    void CheckHome()
    {
        _isArmed = false;
        if (_watch.IsThere) return;
        if (!_hasAsked) _log.LogWarning("the home {Home} or a part of it was removed, moved or replaced", _home.Path);
        _hasAsked = true;
        _guardian.SendHomeGone();
        Arm(RecheckAfter);
    }

    void OnAnswer(HomeOutcome outcome, Descriptor listener)
    {
        if (outcome is HomeOutcome.Taken or HomeOutcome.Failed)
        {
            var problem = outcome == HomeOutcome.Failed
                ? $"the home {_home.Path} was removed or moved and cannot be recreated yet"
                : $"the home {_home.Path} was removed or moved, and another guardian or daemon now uses that path: "
                    + $"this daemon (pid {Environment.ProcessId}) cannot be reached, but its processes keep running. "
                    + $"To stop the daemon and its processes, run: kill {ThisProcess.ParentPid}";
            if (_trouble != problem)
            {
                _log.LogError("{Problem}", problem);
                StandardError.WriteLine(problem);
            }
            _trouble = problem;
            return;
        }
        // This daemon did not ask, and nothing was lost.
        if (outcome == HomeOutcome.Kept && !_hasAsked) return;
        _hasAsked = false;
        _watch.Begin();
        _trouble = HomeLoss.Sentence(_home, TimeProvider.System.GetUtcNow());
        _onRecreated(listener);
        _log.LogWarning("{Sentence}", _trouble);
        Arm(RecheckAfter);
    }
}
