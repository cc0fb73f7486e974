using Tspm.Config;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Supervision.Starting;

namespace Tspm.Tests.Supervision.Starting;

/// <summary>From a definition, and what was read for it, to what is started; no file is needed for it.</summary>
[Timeout(30_000)]
internal sealed class SpawnPlanTests
{
    static readonly ProcessDefinition s_web = new()
    {
        Id = 7,
        EnvironmentKey = "k",
        CreatedAt = World.Midnight,
        Config = new ProcessConfig { Name = "web", Command = "web --port 80", ProjectDir = "/srv", EnvFile = ".env" },
    };

    static readonly RunStreams s_streams =
        RunStreamsFactory.Make(new TspmHome("/home/u/.tspm"), s_web, new InstanceKey(7, 0), 1);

    static readonly Dictionary<string, string> s_kept = new() { ["PATH"] = "/bin" };

    static StartFiles Files(string? text, string? problem = null, string? missing = null) =>
        new(StartFilesRequest.For(s_web.Config))
        {
            EnvFile = new EnvFileText("/srv/.env", text, problem),
            MissingScript = missing,
        };

    [Test]
    [Arguments("A=1", null, null, null, null)]
    [Arguments(null, "the env file /srv/.env is gone", null, SpawnFailure.EnvFileStage,
        "the env file /srv/.env is gone")]
    [Arguments("A=1", null, "there is no script a.js", SpawnFailure.ScriptStage, "there is no script a.js")]
    [Arguments(null, "first", "second", SpawnFailure.EnvFileStage, "first")]
    public async Task What_was_read_decides_whether_it_can_be_started(
        string? text, string? problem, string? missing, string? stage, string? sentence,
        CancellationToken cancellation)
    {
        var (request, failure) = SpawnPlan.For(s_web, 0, s_kept, Files(text, problem, missing), s_streams);
        await Assert.That((failure?.Stage, failure?.Sentence)).IsEqualTo((stage, sentence));
        await Assert.That(request is null).IsEqualTo(stage is not null);
    }

    [Test]
    public async Task The_child_gets_what_the_file_says_over_what_was_kept(CancellationToken cancellation)
    {
        var (request, _) = SpawnPlan.For(s_web, 0, s_kept, Files("A=${PATH}:/opt"), s_streams);
        await Assert.That(request!.Environment["A"]).IsEqualTo("/bin:/opt");
        await Assert.That(request.Arguments).IsEquivalentTo(["web", "--port", "80"]);
        await Assert.That(request.WorkingDirectory).IsEqualTo("/srv");
    }

    /// <summary>The script of the child is no concern of a probe or a hook; its environment is.</summary>
    [Test]
    public async Task A_command_beside_it_needs_no_script_and_the_same_file(CancellationToken cancellation)
    {
        var (request, failure) = SpawnPlan.ForCommand(
            s_web, 0, s_kept, Files("A=1", missing: "there is no script a.js"), s_streams, "check");
        await Assert.That(failure).IsNull();
        await Assert.That((request!.Environment["A"], request.LeadsSession, request.StdoutPath))
            .IsEqualTo(("1", false, "/dev/null"));
        (_, failure) = SpawnPlan.ForHook(
            s_web, 0, s_kept, Files(null, "it is gone"), s_streams, ("preStart", "fetch", "/home", null));
        await Assert.That(failure!.Sentence).IsEqualTo("it is gone");
    }
}
