using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Names that mean something else on the command line: none is made, and those that exist can be got rid
/// of.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class NameTests
{
    [Test]
    public async Task Processes_of_an_earlier_version_can_be_stopped_changed_renamed_and_deleted(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        string[] former = ["all", "web-*", ".", " lead"];
        for (var i = 0; i < former.Length; i++) await box.Ok("start", "sleep 1000", "--name", $"p{i}");
        await box.Ok("add", "sleep 1", "--name", "web-1");
        await box.Ok("daemon", "stop");
        var store = Path.Combine(box.Home, "processes.json");
        var text = File.ReadAllText(store);
        for (var i = 0; i < former.Length; i++) text = text.Replace($"\"name\": \"p{i}\"",
            $"\"name\": \"{former[i]}\"");
        File.WriteAllText(store, text);
        await box.Ok("daemon", "start");
        await Assert.That(string.Join('|',
            (await box.List()).Select(entry => entry.Name))).IsEqualTo("all|web-*|.| lead|web-1");

        foreach (var name in new[] { "0", "web-*", ".", " lead" })
        {
            await box.UntilState(name, "online");
            await box.Ok("stop", name);
            await Assert.That((await box.Get(name)).State).IsEqualTo("stopped");
            await box.Ok("set", name, "env.A=1");
        }
        await box.Ok("delete", ".");
        await box.Ok("rename", "all", "everything");
        await box.Ok("rename", "web-*", "web-star");
        await box.Ok("rename", " lead", "api:prod");
        await Assert.That(string.Join('|',
            (await box.List()).Select(entry => entry.Name))).IsEqualTo("everything|web-star|api:prod|web-1");
    }

    [Test]
    public async Task No_verb_makes_such_a_name(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "sleep 1", "--name", "s");
        foreach (var name in new[] { "all", "web-*", "..", "a:1" })
        {
            (await box.Run("start", "sleep 1000", "--name", name)).Exits(2).Says(name);
            (await box.Run("add", "sleep 1000", "--name", name)).Exits(2).Says(name);
            (await box.Run("rename", "s", name)).Exits(2).Says(name);
            box.Write("f.json", $$"""{ "processes": [{ "name": "{{name}}", "command": "sleep 1000" }] }""");
            foreach (var verb in new[] { "apply", "plan", "validate", "add", "start" }) (await box.Run(verb,
                "f.json")).Exits(1).Says(name);
        }
        box.Write("Procfile", "all: sleep 1000\n");
        (await box.Ok("import", "procfile", "--start")).Says("'all' was renamed to 'all-1'");
        await Assert.That(string.Join('|', (await box.List()).Select(entry => entry.Name))).IsEqualTo("s|all-1");
    }

    [Test]
    public async Task A_name_that_comes_of_a_command_is_a_name(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "w12"));
        box.Write("w12/a.py", "");
        foreach (var command in new[] { ".", "w12/*.py", "./all" }) await box.Run("add", command);
        foreach (var entry in await box.List())
        {
            await Assert.That(Tspm.Model.Config.ProcessName.Problem(entry.Name)).IsNull();
            await box.Ok("delete", entry.Name);
        }
    }

    [Test]
    public async Task A_colon_in_a_name_is_no_instance(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "api:prod", "-i", "2");
        await box.Ok("start", "sleep 1000", "--name", "api");
        await box.Ok("start", "sleep 1000", "--name", "web", "--depends-on", "api:prod", "--depends-on", "api:ready");
        await box.Ok("stop", "api:prod:1");
        await Assert.That(string.Join(' ',
            (await box.List("api:prod")).Select(entry => entry.State))).IsEqualTo("online stopped");
        await Assert.That((await box.Get("api")).State).IsEqualTo("online");
        await box.Ok("logs", "api:prod");
        (await box.Ok("describe", "web", "--json")).Json.GetProperty("config").GetProperty("dependsOn");
    }
}
