using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision;

/// <summary>Deaths of the daemon, and perhaps of its guardian, between a spawn and the record of it.</summary>
internal static class UnrecordedSpawn
{
    public static SupervisedProcess Define(World world, string policy) => world.Define(new ProcessConfig
    {
        Name = "web",
        Command = "web",
        Restart = new RestartConfig { Policy = policy, DelayMs = 0 },
    });

    public static void DieAgain(World world)
    {
        try
        {
            world.Step();
        }
        catch (DaemonDied)
        {
            world.Outputs.BeforeFinish = null;
            world.KillGuardian();
            world.StartDaemon();
            return;
        }
        throw new InvalidOperationException("the next daemon did not get there");
    }

    public static void End(World world, FakeProcess process) => world.Machine.Exit(process, new ExitStatus(7, null));

    public static void DieAtSpawn(
        World world, SupervisedProcess instance, Action meanwhile, Action? then = null, bool killsGuardian = true,
        bool isReaped = true)
    {
        world.Save();
        world.Machine.AfterSpawn = () => throw new DaemonDied();
        Die(world, () =>
            world.Supervisor.Start(instance, CauseRequest.Start), meanwhile, then, killsGuardian, isReaped);
    }

    /// <param name="world">The world.</param>
    /// <param name="work">In the middle of which the daemon dies.</param>
    /// <param name="meanwhile">Happens before the next one starts.</param>
    /// <param name="then">Happens before that one has done anything but start.</param>
    /// <param name="killsGuardian">The guardian dies as well.</param>
    /// <param name="isReaped">Init reaps what has ended before the next daemon starts.</param>
    public static void Die(
        World world, Action work, Action? meanwhile = null, Action? then = null, bool killsGuardian = true,
        bool isReaped = true)
    {
        try
        {
            work();
        }
        catch (DaemonDied)
        {
            world.Machine.AfterSpawn = null;
            world.Outputs.BeforeOpen = null;
            world.Outputs.BeforeDiscard = null;
            if (killsGuardian) world.KillGuardian();
            else world.KillDaemon();
            world.Machine.InitIsLate = killsGuardian;
            meanwhile?.Invoke();
            foreach (var ended in world.Machine.All.Where(static process => process.IsZombie).ToList())
                if (killsGuardian && isReaped) world.Machine.InitReaps(ended);
            world.Machine.InitIsLate = false;
            if (then is null) world.StartDaemon();
            else
            {
                world.StartDaemonWithoutStep();
                then();
                world.Step();
            }
            return;
        }
        throw new InvalidOperationException("the daemon did not get there");
    }
}
