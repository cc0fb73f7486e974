using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Config files, in both languages.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ConfigFileScenarios
{
    const string Json = """
        {
          // comments and trailing commas are allowed
          "processes": [
            { "name": "web", "command": "sleep 1000", "namespace": "shop", "instances": 2, },
            { "name": "job", "command": "sh", "args": ["-c", "echo $GREETING; exec sleep 1000"], "env": { "GREETING": "hello" } },
          ],
        }
        """;

    const string Toml = """
        [[processes]]
        name = "web"
        command = "sleep 1000"
        namespace = "shop"
        instances = 2

        [[processes]]
        name = "job"
        command = "sh"
        args = ["-c", "echo $GREETING; exec sleep 1000"]
        env = { GREETING = "hello" }
        """;

    [Test]
    [Arguments("app.json", Json), Arguments("app.toml", Toml)]
    public async Task All_processes_of_a_file_are_started(string name, string text, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write(name, text);
        await box.Ok("start", name);
        var list = await box.List();
        await Assert.That(string.Join(' ',
            list.Select(entry => $"{entry.Name}:{entry.Instance}:{entry.State}:{entry.Namespace}")))
            .IsEqualTo("web:0:online:shop web:1:online:shop job:0:online:default");
        await box.UntilOut("job", "hello");
        await Assert.That(File.Exists(box.OutLog("web~0")) && File.Exists(box.OutLog("web~1"))).IsTrue();
        var pids = list.Select(entry => entry.Pid).ToArray();
        // A second time: what runs is left alone.
        await box.Run("start", name);
        await Assert.That((await box.List()).Select(entry => entry.Pid)).IsEquivalentTo(pids);
    }

    [Test]
    [Arguments("""{ "processes": [ { "name": "a", "comand": "x" } ] }""", "comand", "command")]
    [Arguments("""{ "processes": [ { "name": "a", "command": "x", "restart": { "delay": 5 } } ] }""", "delay", "delayMs")]
    [Arguments("""{ "processes": [ { "name": "a", "command": "x", "instances": "two" } ] }""", "instances", "number")]
    [Arguments("""{ "processes": [ { "name": "a" "command": "x" } ] }""", "app.json", "line 1")]
    [Arguments("""{ "processes": [ { "name": "a", "command": "x" }, { "name": "a", "command": "y" } ] }""", "'a'", "")]
    [Arguments("""{ "processes": [ { "name": "a:7", "command": "x" } ] }""", "a:7", "NAME:INSTANCE")]
    [Arguments("""{ "processes": [ { "name": "all", "command": "x" } ] }""", "'all' cannot be a name", "")]
    [Arguments("", "app.json", "")]
    public async Task A_mistake_is_named_with_its_place_and_nothing_is_started(string text, string said,
        string alsoSaid, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("app.json", text);
        (await box.Run("start", "app.json")).Exits(1).Says(said).Says(alsoSaid);
        if (File.Exists(box.SocketPath)) await Assert.That((await box.List()).Count).IsEqualTo(0);
    }

    [Test]
    public async Task A_missing_file_exits_3(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("start", "no.json")).Exits(3).Says("no.json");
    }
}
