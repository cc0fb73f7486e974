using Tspm.Model.Config;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Simulation;

/// <summary>
/// The instants within a turn of the daemon at which its death makes a difference, or at which others may be faster.
/// </summary>
internal sealed class Instants(SimulatedSystem system)
{
    int _dieAt;
    bool _isWithin, _isKilled;

    /// <summary>It is the daemon's turn.</summary>
    public bool IsDaemonRunning { get; private set; }

    public void Happen()
    {
        // The fake machine forgets it at each look.
        system.Machine.BeforeLook = Happen;
        if (_isWithin || !IsDaemonRunning) return;
        if (_dieAt > 0 && --_dieAt == 0) throw new DaemonDied();
        if (system.IsCalm || system.Random.Next(6) > 0) return;
        GoOnElsewhere();
    }

    /// <summary>While the daemon is in the middle of something, another party does a little.</summary>
    public void GoOnElsewhere()
    {
        _isWithin = true;
        if (system.IsCalm || system.Random.Next(4) > 0) system.Guardian.Step();
        else system.Children.EndOne();
        _isWithin = false;
        if (_isKilled || (_dieAt > 0 && --_dieAt == 0)) throw new DaemonDied();
    }

    /// <summary>Something that the daemon does, which may be the last.</summary>
    public void AsDaemon(Action action)
    {
        IsDaemonRunning = true;
        try
        {
            action();
        }
        catch (DaemonDied)
        {
            system.EndDaemon(Signals.SIGKILL);
        }
        finally
        {
            (IsDaemonRunning, _isKilled, _isWithin) = (false, false, false);
        }
    }

    /// <summary>The daemon dies at one of the next instants; 0: it does not.</summary>
    public void KillSoon(int instants) => _dieAt = instants;

    /// <summary>The daemon dies at the end of this instant.</summary>
    public void KillAtOnce() => _isKilled = true;
}
