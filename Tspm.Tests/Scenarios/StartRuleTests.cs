using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>What <c>start</c> and its like choose and leave out, and what they say instead.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class StartRuleTests
{
    const string Script = "trap 'exit 0' TERM; echo \"$0 $*\"; while :; do sleep 0.02; done";

    [Test]
    [Arguments("apps.json", """{ "apps": [ { "name": "a", "script": "./a.sh" } ] }""", "tspm start apps.json")]
    [Arguments("compose.yml", "services: { web: { image: nginx } }", "Docker Compose")]
    [Arguments("Procfile", "web: sleep 1000", "tspm import procfile Procfile --start")]
    [Arguments("s.conf", "[program:web]\ncommand=sleep 1000", "tspm import supervisord s.conf --start")]
    [Arguments("z.yaml", "processes:\n  - name: a\n    command: sleep 1\n", "Tspm config files are JSON or TOML")]
    public async Task Verbs_for_config_files_say_what_another_file_is(
        string file, string content, string said, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write(file, content);
        foreach (var verb in (string[])["apply", "plan", "validate"]) (await box.Run(verb, file)).Exits(1).Says(said);
    }

    [Test]
    public async Task Arguments_after_several_words_belong_to_their_command(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("w.sh", Script);
        await box.Ok("start", "sh", "w.sh", "a", "--name", "w3", "--", "-c", "$HOME");
        await box.UntilOut("w3", "w.sh a -c $HOME\n");
        (await box.Run("start", "w.sh", "x.sh", "--", "c")).Exits(2).Says("several processes cannot share");
        (await box.Run("start", "-")).Exits(2).Says("tspm start FILE.json");
        await box.Ok("add", "sh", "w.sh", "--name", "w4", "--", "d");
        await box.Ok("start", "w4");
        await box.UntilOut("w4", "w.sh d\n");
    }

    [Test]
    public async Task Some_processes_of_a_file_are_started(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("app.json", """
            { "processes": [ { "name": "a", "command": "sleep 1000" }, { "name": "b", "command": "sleep 1001" },
              { "name": "c", "command": "sleep 1002" } ] }
            """);
        (await box.Run("start", "app.json", "--only", "a,zz")).Exits(3).Says("the file has no process 'zz'");
        await box.Ok("start", "app.json", "--only", "a,c");
        await Assert.That((await box.List()).Select(static entry => entry.Name)).IsEquivalentTo(new[] { "a", "c" });
        (await box.Run("start", "sleep 1", "--only", "a")).Exits(2).Says("--only needs a config file");
        (await box.Ok("restart", "app.json")).Says("not defined yet: b; to start what it defines: tspm start app.json");
        (await box.Ok("stop", "app.json")).Says("not defined yet: b");
        (await box.Run("stop", "lib/a.js")).Exits(3).Says("did you mean 'a'?");
    }

    [Test]
    public async Task A_name_that_is_online_is_reported_alone_or_among_others(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        foreach (var name in (string[])["a.sh", "b.sh"]) box.Write(name, Script);
        await box.Ok("start", "a.sh", "b.sh");
        await box.Ok("stop", "b");
        (await box.Run("start", "a", "b")).Exits(1).Says("a: already online").Says("tspm restart a");
        await Assert.That((await box.Get("b")).IsOnline).IsTrue();
        (await box.Run("start", "a", "b")).Exits(1);
        (await box.Run("start", "a.sh", "b.sh")).Exits(1).Says("b: already online");
        (await box.Run("start", "a")).Exits(1).Says("already online");
        await box.Ok("start", "a", "b", "--force");
        // Who gives a pattern wants them up, and they are.
        foreach (var pattern in (string[])["?", "/^a$/", "all", "default"])
            await Assert.That((await box.Ok("start", pattern)).Out).Contains("already online");
    }

    [Test]
    public async Task What_is_not_enabled_is_left_out_unless_it_is_named(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("app.json", """
            { "processes": [ { "name": "on", "command": "sleep 1000" },
              { "name": "off", "command": "sleep 1001", "enabled": false, "namespace": "x" } ] }
            """);
        await box.Ok("start", "app.json");
        const string Left = "'off' is disabled (enabled: false) and was left out";
        string[][] lines = [["start", "all"], ["reload", "/./"], ["restart", "o*"], ["start", "x"], ["restart-all"]];
        foreach (var line in lines) (await box.Ok(line)).Says(Left);
        await Assert.That((await box.Get("off")).State).IsEqualTo("stopped");
        await Assert.That((await box.Ok("start", "off")).Err).DoesNotContain("left out");
        await Assert.That((await box.Get("off")).State).IsEqualTo("online");
    }

    [Test]
    public async Task A_schedule_that_is_no_job_is_explained(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        const string Hint = "make it a job: tspm set nightly --job";
        (await box.Ok("start", "sh -c 'exit 0'", "--name", "nightly", "--cron", "0 3 * * *")).Says(Hint);
        await box.Until("nightly", static entry => entry.Json.GetProperty("restarts").GetInt32() > 0, "it ran again");
        await Assert.That((await box.Ok("why", "nightly")).Out).Contains(Hint);
        await box.Ok("set", "nightly", "--job");
        await Assert.That((await box.Ok("why", "nightly")).Out).DoesNotContain(Hint);
        var job = await box.Ok("start", "sh -c 'exit 0'", "--name", "job", "--cron", "0 3 * * *", "--job");
        await Assert.That(job.Err).DoesNotContain("--job");
    }

    [Test]
    public async Task A_program_of_the_folder_is_not_meant_by_its_bare_name(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("a.js", "");
        box.Write("tspm.json", """{ "processes": [ { "name": "a", "command": "a.js" } ] }""");
        var said = $"to run {box.Folder}/a.js, write ./a.js, or set an interpreter";
        (await box.Run("start", "tspm.json")).Exits(1).Says("cannot find the program 'a.js' on the PATH").Says(said);
        (await box.Ok("validate", "tspm.json")).Says(said);
        (await box.Run("start", "a", "--env", "X=1")).Exits(1)
            .Says("type the same flags, or KEY=VALUE, after: tspm set a");
    }
}
