namespace Tspm.Tests.Simulation;

/// <summary>Virtual time, which passes for everybody, and how long somebody may be late.</summary>
internal sealed class SimulatedTime(SimulatedSystem system)
{
    /// <summary>Less than the daemon's patience for an exit status, which is then honestly unknown.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    const int MostTurns = 5000;

    TimeSpan _delay;

    public void Pass(TimeSpan time)
    {
        if (_delay + time > LongestDelay) Settle();
        _delay += time;
        system.World.Clock.Advance(time);
        if (system.Daemon is { Life: DaemonLife.Serving or DaemonLife.Stopping })
            system.Instants.AsDaemon(system.World.Step);
    }

    /// <summary>Everybody does what there is to do now.</summary>
    public void Settle()
    {
        _delay = TimeSpan.Zero;
        for (var turn = 0; ; turn++)
        {
            if (turn > MostTurns) throw new BrokenPromise($"it settles, in {system.Guardian.State}");
            if (system.Guardian.HasWork) system.Guardian.Step();
            else if (system.Daemon is { HasWork: true }) system.StepDaemon();
            else if (system.Machine.UntoldEnds.Count > 0) system.TellOneEnd();
            else break;
        }
        system.Children.ReapAsInit();
        if (system.Daemon is not { Life: DaemonLife.Serving or DaemonLife.Stopping } daemon) return;
        system.Outputs.Move();
        system.Instants.AsDaemon(() => system.Outputs.DrainLeftovers(daemon.IsCurrent));
        system.Instants.AsDaemon(system.World.Step);
    }
}
