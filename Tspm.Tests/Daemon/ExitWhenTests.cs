using Tspm.Daemon;
using Tspm.Guardian.Contract;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Daemon;

/// <summary>The exit code of a daemon in a container, once all that it ran has ended.</summary>
[Timeout(30_000)]
internal sealed class ExitWhenTests
{
    [Test]
    [Arguments("none", 0, 0), Arguments("none", 1, 1), Arguments("none", 5, 0)]
    [Arguments(CauseCode.Memory, 0, 1), Arguments(CauseCode.Health, 1, 1), Arguments(CauseCode.Memory, 5, 1)]
    [Arguments(CauseCode.User, 0, 0), Arguments(CauseCode.User, 1, 0)]
    public async Task Only_what_failed_makes_it_fail(
        string cause, int code, int expected, CancellationToken cancellation)
    {
        using var world = new World();
        var restart = new RestartConfig { Policy = "never", StopExitCodes = [5] };
        var cell = world.StartNew(new ProcessConfig { Name = "web", Command = "web", Restart = restart });
        var exitWhen = new ExitWhen(GuardianOptions.WhenAllStopped) { IsArmed = true };
        if (cause == CauseCode.User) world.Supervisor.Stop(cell, CauseRequest.Stop);
        else if (cause != "none") cell.Handle(new LifecycleEvent.FoundUnfit(Cause.Observed(cause, "of no use")));
        await Assert.That(exitWhen.ExitCodeFor([cell.View])).IsNull();
        world.Exit(cell, code);
        await Assert.That(exitWhen.ExitCodeFor([cell.View])).IsEqualTo(expected);
    }
}
