using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Work in a project's folder: its config file need not be named, and selects its processes.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public sealed class ProjectFolderScenarios
{
    const string Two = """
        { "project": "shop", "processes": [
            { "name": "web", "command": "sleep 1001" }, { "name": "db", "command": "sleep 1002" } ] }
        """;

    [Test]
    public async Task Up_and_down_use_the_file_of_the_folder(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("up")).Exits(2).Says("there is no tspm.json or tspm.toml in this folder");
        box.Write("tspm.json", Two);
        await box.Ok("start", "sleep 1003", "--name", "other");
        await Assert.That((await box.Ok("plan")).Out).Contains("create web").And.Contains("create db");
        await Assert.That((await box.Ok("validate")).Out).Contains("tspm.json is valid (2 processes)");
        await Assert.That((await box.Ok("up")).Out).Contains("web: online").And.Contains("db: online");
        var pid = await box.PidOf("web");
        await box.Ok("stop", "db");
        await Assert.That((await box.Ok("up", "--only", "db")).Out).Contains("db: online").And.DoesNotContain("web");
        await Assert.That(await box.PidOf("web")).IsEqualTo(pid);
        box.Write("tspm.json", Two.Replace("1001", "1011", StringComparison.Ordinal));
        await Assert.That((await box.Ok("apply")).Out).Contains("change web: command; restarts it");
        await Assert.That((await box.Ok("down")).Out).IsEqualTo("web: deleted\ndb: deleted\n");
        await Assert.That((await box.Ok("down")).Out).IsEqualTo("no process of tspm.json is defined\n");
        await Assert.That((await box.List()).Single().Name).IsEqualTo("other");
        await box.Ok("daemon", "stop");
        // Nothing to do: no daemon is started for it.
        await Assert.That((await box.Ok("down")).Out).IsEqualTo("no process of tspm.json is defined\n");
        (await box.Run("ping")).Exits(4);
    }

    [Test]
    public async Task Two_files_in_a_folder_have_to_be_named(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("tspm.json", Two);
        box.Write("tspm.toml", "[[processes]]\nname = \"api\"\ncommand = \"sleep 1004\"\n");
        foreach (var verb in (string[])["up", "down", "apply", "plan", "validate"])
            (await box.Run(verb)).Exits(2)
                .Says($"this folder has tspm.json and tspm.toml; name the one to use: tspm {verb} tspm.json");
        await box.Ok("up", "tspm.toml");
        await Assert.That((await box.Get("api")).IsOnline).IsTrue();
    }

    [Test]
    public async Task Up_takes_nothing_but_a_file(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("app.py", "print(1)\n");
        box.Write("docker-compose.yml", "services: {}\n");
        (await box.Run("up", "web")).Exits(1).Says("web");
        (await box.Run("up", "app.py")).Exits(1).Says("app.py is a script, not a config file");
        (await box.Run("up", "docker-compose.yml")).Exits(1).Says("Docker Compose file");
        (await box.Run("down", "app.py")).Exits(1).Says("app.py is a script, not a config file");
        box.Write("ecosystem.config.json", """{"apps":[{"name":"pm","script":"sleep","args":"9"}]}""");
        await box.Ok("up", "ecosystem.config.json", "--lossy");
        await Assert.That((await box.Get("pm")).IsOnline).IsTrue();
    }

    [Test]
    public async Task A_file_selects_its_processes_for_every_verb(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("shop.json", Two);
        await box.Ok("up", "shop.json");
        await box.Ok("start", "sleep 1003", "--name", "other");
        await Assert.That((await box.Ok("list", "-q", "shop.json")).Out).IsEqualTo("web\ndb\n");
        await Assert.That((await box.Ok("pid", "shop.json", "other")).Lines.Length).IsEqualTo(3);
        await Assert.That((await box.Ok("restart", "shop.json")).Out).Contains("web: online").And.Contains("db: online")
            .And.DoesNotContain("other");
        await Assert.That((await box.Ok("set", "shop.json", "restart.delayMs=700")).Lines.Length).IsEqualTo(2);
        await Assert.That((await box.Ok("signal", "CONT", "shop.json")).Lines.Length).IsEqualTo(2);
        await Assert.That((await box.Ok("events", "shop.json", "--json")).Out).DoesNotContain("\"other\"");
        await Assert.That((await box.Ok("export", "config", "shop.json")).Out).Contains("\"db\"").And
            .DoesNotContain("\"other\"");
        await Assert.That((await box.Ok("stop", "shop.json")).Out).Contains("web: stopped").And.Contains("db: stopped");
        await Assert.That((await box.Get("other")).IsOnline).IsTrue();
        await Assert.That((await box.Ok("delete", "shop.json")).Out).Contains("web: deleted");
        (await box.Run("stop", "shop.json")).Exits(3).Says("no process of shop.json exists yet");
    }

    [Test]
    public async Task A_process_with_the_name_of_a_file_wins_except_for_up(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("shop.json", Two);
        await box.Ok("start", "sleep 1003", "--name", "shop.json");
        await box.Ok("up", "shop.json");
        await Assert.That((await box.Ok("list", "-q", "shop.json")).Out).IsEqualTo("shop.json\n");
        await Assert.That((await box.Ok("down", "shop.json")).Out).IsEqualTo("web: deleted\ndb: deleted\n");
        await Assert.That((await box.Get("shop.json")).IsOnline).IsTrue();
    }
}
