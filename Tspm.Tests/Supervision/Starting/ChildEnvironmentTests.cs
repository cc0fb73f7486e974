using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Starting;

namespace Tspm.Tests.Supervision.Starting;

/// <summary>What is laid over what in the environment of a child.</summary>
[Timeout(30_000)]
internal sealed class ChildEnvironmentTests
{
    static readonly ProcessDefinition s_web = new()
    {
        Id = 7,
        EnvironmentKey = "k",
        CreatedAt = World.Midnight,
        Config = new ProcessConfig
        {
            Name = "web",
            Command = "web",
            Env = new Dictionary<string, string> { ["A"] = "env", ["TSPM_ID"] = "99" },
        },
    };

    [Test]
    public async Task The_file_goes_over_what_was_kept_and_env_over_the_file(CancellationToken cancellation)
    {
        var kept = new Dictionary<string, string>
        {
            ["A"] = "kept",
            ["B"] = "kept",
            ["C"] = "kept",
            [HookNames.Variable] = "x",
        };
        var environment = ChildEnvironment.Base(kept);
        var ofFile = new Dictionary<string, string> { ["A"] = "file", ["B"] = "file" };
        ChildEnvironment.Complete(environment, ofFile, s_web, instance: 2);
        await Assert.That(environment).IsEquivalentTo(new Dictionary<string, string>
        {
            ["A"] = "env",
            ["B"] = "file",
            ["C"] = "kept",
            ["TSPM_ID"] = "7",
            ["TSPM_NAME"] = "web",
            ["TSPM_INSTANCE"] = "2",
        });
        await Assert.That(kept["A"]).IsEqualTo("kept");
    }
}
