using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Supervision.Starting;

/// <summary>A script is looked for before each start, and a folder that does not answer keeps nobody else.</summary>
[Timeout(30_000)]
internal sealed class ScriptStartTests
{
    static ProcessConfig Web(World world)
    {
        File.WriteAllText(ScriptOf(world), "");
        return new ProcessConfig { Name = "web", Command = ScriptOf(world), Interpreter = "node" };
    }

    static string ScriptOf(World world) => Path.Combine(world.Home.Path, "app.js");

    [Test]
    public async Task A_folder_that_does_not_answer_keeps_nobody_else_waiting(CancellationToken cancellation)
    {
        using var world = new World();
        world.StartFiles.Hangs = true;
        var web = world.StartNew(Web(world));
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Spawning);
        await Assert.That(web.View.WaitsFor).IsEqualTo("its script");
        var plain = world.StartNew(new ProcessConfig { Name = "plain", Command = "plain" });
        await Assert.That(plain.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_stop_gives_the_search_up(CancellationToken cancellation)
    {
        using var world = new World();
        world.StartFiles.Hangs = true;
        var web = world.StartNew(Web(world));
        world.Supervisor.Stop(web, CauseRequest.Stop);
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Machine.All).IsEmpty();
    }

    [Test]
    public async Task A_restart_without_its_script_keeps_the_child(CancellationToken cancellation)
    {
        using var world = new World();
        var web = world.StartNew(Web(world));
        File.Delete(ScriptOf(world));
        var pending = world.Supervisor.Restart(web, Cause.Requested(CauseRequest.Restart));
        await Assert.That(pending.Problem).StartsWith($"not restarted: there is no script {ScriptOf(world)}; ");
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }
}
