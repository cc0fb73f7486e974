using Tspm.Config;
using Tspm.Model.Config;

namespace Tspm.Tests.Config;

[Timeout(10_000)]
internal sealed class LaunchPlanTests
{
    [Test]
    [Arguments("node server.js", null, null, "node|server.js", false)]
    [Arguments("node 'my server.js'", null, null, "node|my server.js", false)]
    [Arguments("a | b", null, null, "/bin/sh|-c|a | b", true)]
    [Arguments("A=1 b", null, null, "/bin/sh|-c|A=1 b", true)]
    [Arguments("my program", "x y|$z", null, "my program|x y|$z", false)]
    [Arguments("a | b", "x", null, "a | b|x", false)]
    [Arguments("server.js --port 1", null, "node", "node|server.js|--port|1", false)]
    [Arguments("server.js", null, "none", "server.js", false)]
    [Arguments("server.js", "x", "node --inspect", "node|--inspect|server.js|x", false)]
    [Arguments("server.js > log", null, "node '-a b'", "/bin/sh|-c|node '-a b' server.js > log", true)]
    [Arguments("a 'b", null, null, "/bin/sh|-c|a 'b", true)]
    public async Task A_command_is_executed_as_the_contract_says(
        string command, string? args, string? interpreter, string argv, bool usesShell, CancellationToken cancellation)
    {
        var plan = LaunchPlan.For(new ProcessConfig
        {
            Command = command,
            Args = args?.Split('|'),
            Interpreter = interpreter,
        });
        await Assert.That(string.Join('|', plan.Arguments)).IsEqualTo(argv);
        await Assert.That(plan.Program).IsEqualTo(plan.Arguments[0]);
        await Assert.That(plan.UsesShell).IsEqualTo(usesShell);
    }

    [Test]
    public async Task Empty_args_still_mean_that_the_command_is_one_program(CancellationToken cancellation)
    {
        var plan = LaunchPlan.For(new ProcessConfig { Command = "my program", Args = [] });
        await Assert.That(plan.Arguments).IsEquivalentTo(["my program"]);
    }
}
