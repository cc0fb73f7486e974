using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Real programs that depend on each other.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class DependencyScenarios
{
    /// <summary>Writes down when it ends, after a moment that would show a wrong order.</summary>
    const string Diary = "trap 'sleep 0.1; echo \"$TSPM_NAME\" >> diary; exit 0' TERM; echo ready; while :; do sleep "
        + "0.02; done";

    const string Chain = """
        { "processes": [
          { "name": "web", "command": "sh diary.sh", "dependsOn": [{ "name": "api" }] },
          { "name": "api", "command": "sh", "args": ["-c", "test -e migrated && exec sh diary.sh"], "dependsOn": [{ "name": "db", "condition": "started" }, { "name": "migrate", "condition": "completed" }] },
          { "name": "migrate", "command": "sh", "args": ["-c", "sleep 0.2; touch migrated"], "restart": { "policy": "on-failure" }, "dependsOn": [{ "name": "db" }] },
          { "name": "db", "command": "sh diary.sh" },
        ] }
        """;

    [Test]
    public async Task Three_services_in_a_chain_start_in_order_and_stop_in_reverse(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("diary.sh", Diary);
        box.Write("chain.json", Chain);
        await box.Ok("start", "chain.json");
        await AllReady(box, 1);
        await Assert.That(await InOrderOfStart(box)).IsEqualTo("db api web");
        (await box.Ok("stop", "db")).Says("warning: api is online and depends on db");
        await box.Ok("start", "db");
        await box.UntilOut("db", "ready\nready");
        await box.Ok("stop", "all");
        await Assert.That(File.ReadAllText(Path.Combine(box.Folder, "diary"))).IsEqualTo("db\nweb\napi\ndb\n");
        (await box.Ok("start", "web")).Says("api is started too: web depends on it")
            .Says("db is started too: api depends on it");
        await Assert.That(await InOrderOfStart(box)).IsEqualTo("db api web");
        await AllReady(box, 2);
        await box.Ok("daemon", "stop");
        await Assert.That(File.ReadAllText(Path.Combine(box.Folder, "diary"))).EndsWith("db\nweb\napi\ndb\n");
        await box.Ok("daemon", "start");
        foreach (var name in new[] { "db", "api", "web" }) await box.UntilState(name, "online");
        await Assert.That(await InOrderOfStart(box)).IsEqualTo("db api web");
    }

    /// <summary>Their traps are set: a stop is written down.</summary>
    static async Task AllReady(TspmBox box, int runs)
    {
        foreach (var name in new[] { "db", "api", "web" })
            await box.UntilOut(name,
                string.Join('\n', Enumerable.Repeat("ready", name == "db" && runs > 1 ? runs + 1 : runs)));
    }

    static async Task<string> InOrderOfStart(TspmBox box) => string.Join(' ', (await box.List())
        .Where(entry => entry.Pid is not null).OrderBy(entry =>
            entry.Json.GetProperty("startedAt").GetDateTimeOffset()).Select(entry => entry.Name));

    [Test]
    public async Task Circles_and_unknown_names_are_refused_and_change_nothing(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("bad.json", """{ "processes": [{ "name": "a", "command": "sleep 9", "dependsOn": [{ "name": "b" }] }, { "name": "b", "command": "sleep 9", "dependsOn": [{ "name": "a" }] }] }""");
        (await box.Run("start", "bad.json")).Exits(1).Says("a → b → a");
        (await box.Run("start", "sleep 1000", "--name", "web", "--depends-on", "nobody")).Exits(1)
            .Says("'nobody', which is not defined");
        (await box.Run("add", "sleep 1000", "--name", "web", "--depends-on", "web")).Exits(1).Says("web → web");
        (await box.Run("start", "sleep 1000", "--name", "web", "--depends-on", "db:alive"))
            .Exits(1).Says("'db:alive', which is not defined");
        (await box.Run("start", "sleep 1000", "--name", "web", "--depends-on", "db:redy"))
            .Exits(2).Says("did you mean 'ready'?");
        await Assert.That(await box.List()).IsEmpty();
        await box.Ok("add", "sleep 1000", "--name", "db");
        await box.Ok("add", "sleep 1000", "--name", "web", "--depends-on", "db:started");
        (await box.Run("add", "sleep 1", "--name", "x", "--depends-on", "db:alive"))
            .Exits(1).Says("to depend on 'db', write db:started");
        (await box.Run("set", "db", "--depends-on", "web")).Exits(1).Says("db → web → db");
        (await box.Run("delete", "db")).Exits(1).Says("needed by 'web'");
        await box.Ok("rename", "db", "base");
        await Assert.That((await box.Ok("describe", "web", "--json")).Out).Contains("base");
        await box.Ok("set", "web", "dependsOn=");
        await box.Ok("delete", "base");
    }

    [Test]
    public async Task A_dependency_that_cannot_start_fails_the_start_with_its_name(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "/nowhere/db", "--name", "db");
        await box.Ok("add", "sleep 1000", "--name", "web", "--depends-on", "db");
        (await box.Run("start", "web")).Exits(1).Says("waits for db, which is errored").Says("/nowhere/db");
        var web = await box.Get("web");
        await Assert.That(web.State).IsEqualTo("waiting");
        await Assert.That(web.Pid).IsNull();
        await Assert.That(web.NextStartInMs).IsNull();
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon, 9);
        await box.UntilGone(daemon);
        await box.UntilState("web", "waiting");
        await box.Ok("set", "db", "command=sleep 1000");
        await box.Ok("start", "db");
        await box.UntilState("web", "online");
    }
}
