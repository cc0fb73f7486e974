using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Two projects under one daemon: neither changes what is the other's.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ProjectScenarios
{
    static TspmBox TwoFolders(CancellationToken cancellation)
    {
        var box = new TspmBox(cancellation);
        foreach (var folder in new[] { "one", "two" }) Directory.CreateDirectory(Path.Combine(box.Folder, folder));
        return box;
    }

    static string File(string name, string command, string more = "") =>
        $$"""{ {{more}}"processes": [ { "name": "{{name}}", "command": "{{command}}" } ] }""";

    static async Task<string?> ProjectOf(TspmBox box, string name) =>
        (await box.Get(name)).Json.GetProperty("project").GetString();

    [Test]
    public async Task Two_Procfiles_with_a_web_do_not_overwrite_each_other(CancellationToken cancellation)
    {
        await using var box = TwoFolders(cancellation);
        box.Write("one/Procfile", "web: exec sleep 1001\nworker: exec sleep 1003\n");
        box.Write("two/Procfile", "web: exec sleep 1002\nworker: exec sleep 1004\n");
        var (one, two) = (Path.Combine(box.Folder, "one"), Path.Combine(box.Folder, "two"));
        await box.Ok("import", "procfile", "one/Procfile", "--start");
        var pid = await box.PidOf("web");
        (await box.Run("import", "procfile", "two/Procfile",
            "--start")).Exits(1)
            .Says($"'web', 'worker' belong to the project {one}, but this file belongs to {two}").Says("--force");
        await Assert.That(await box.PidOf("web")).IsEqualTo(pid);
        await Assert.That(await ProjectOf(box, "web")).IsEqualTo(one);
        await Assert.That((await box.Ok("describe", "web")).Out).Contains($"project\t{one}\n");
        await box.Ok("import", "procfile", "one/Procfile", "--start");
        await Assert.That(await box.PidOf("web")).IsEqualTo(pid);
        (await box.Ok("import", "procfile", "two/Procfile", "--start",
            "--force")).Says($"'web', 'worker' were taken over from the project {one}");
        await Assert.That(await ProjectOf(box, "web")).IsEqualTo(two);
        await box.Until("web", entry => entry.IsOnline && entry.Pid != pid, "web is the other one");
        await Assert.That((await box.Get("web")).Json.GetProperty("cwd").GetString()).IsEqualTo(two);
    }

    [Test]
    public async Task Apply_and_plan_touch_their_own_project_alone_with_and_without_a_daemon(
        CancellationToken cancellation)
    {
        await using var box = TwoFolders(cancellation);
        box.Write("one/tspm.json", File("web", "sleep 1001"));
        box.Write("one/more.toml", "[[processes]]\nname = \"mailer\"\ncommand = \"sleep 1005\"\n");
        box.Write("two/tspm.json", File("web", "sleep 1002"));
        box.Write("two/other.json", File("api", "sleep 1003"));
        await box.Ok("apply", "one/tspm.json");
        await box.Ok("add", "one/more.toml");
        await box.Ok("apply", "two/other.json");
        await box.Ok("start", "sleep 1004", "--name", "mine");
        foreach (var daemon in new[] { true, false })
        {
            if (!daemon) await box.Ok("daemon", "stop");
            (await box.Run("plan",
                "two/tspm.json")).Exits(1).Says("'web' belongs to the project").Says(Path.Combine(box.Folder, "two"));
            await Assert.That((await box.Ok("plan", "two/tspm.json",
                "--force")).Out).IsEqualTo("change web: command, projectDir; restarts it\n");
            await Assert.That((await box.Ok("plan", "one/tspm.json",
                "--prune")).Out).IsEqualTo("delete mailer\nunchanged: 1\n");
        }
        await box.Ok("daemon", "start");
        (await box.Run("apply", "two/tspm.json")).Exits(1).Says("--force");
        await box.Ok("apply", "one/tspm.json", "--prune");
        await Assert.That(string.Join(' ', (await box.List()).Select(entry => entry.Name))).IsEqualTo("web api mine");
        await Assert.That(await ProjectOf(box, "mine")).IsNull();
    }

    [Test]
    public async Task A_process_without_a_project_is_taken_over_by_the_first_file_that_names_it(
        CancellationToken cancellation)
    {
        await using var box = TwoFolders(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "web");
        var pid = await box.PidOf("web");
        box.Write("tspm.json", File("web", "sleep 1000"));
        box.Write("two/tspm.json", File("web", "sleep 1000"));
        await box.Ok("plan", "tspm.json");
        await Assert.That(await ProjectOf(box, "web")).IsNull();
        (await box.Ok("apply", "tspm.json")).Says($"'web' had no project and belongs to {box.Folder} now");
        await Assert.That(await box.PidOf("web")).IsEqualTo(pid);
        await Assert.That(await ProjectOf(box, "web")).IsEqualTo(box.Folder);
        await Assert.That((await box.Ok("apply", "tspm.json")).Err).IsEqualTo("");
        (await box.Run("apply", "two/tspm.json")).Exits(1);
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon);
        await box.UntilGone(daemon);
        await box.Until("web", entry => entry.Json.GetProperty("project").GetString() == box.Folder,
            "the next daemon knows it too");
    }

    [Test]
    public async Task A_project_can_be_named_and_is_one_wherever_its_files_lie(CancellationToken cancellation)
    {
        await using var box = TwoFolders(cancellation);
        box.Write("one/tspm.json", File("web", "sleep 1000", """ "project": "shop", """));
        box.Write("two/tspm.toml", "project = \"shop\"\n[[processes]]\nname = \"web\"\ncommand = \"sleep 1000\"\n");
        box.Write("two/other.json", File("web", "sleep 1000"));
        await box.Ok("apply", "one/tspm.json");
        await Assert.That(await ProjectOf(box, "web")).IsEqualTo("shop");
        await box.Ok("apply", "two/tspm.toml");
        (await box.Run("apply",
            "two/other.json")).Exits(1).Says($"the project shop (in {box.Folder}/two)")
                .Says($"this file to {box.Folder}/two");
        // To apply what is exported changes nothing, wherever it lies.
        box.Write("exported.json", (await box.Ok("export", "config")).Out);
        await Assert.That((await box.Ok("apply", "exported.json", "--prune")).Out).IsEqualTo("unchanged: 1\n");
        box.Write("one/b.json", File("b", "sleep 1000"));
        await box.Ok("apply", "one/b.json");
        (await box.Ok("export", "config")).Says("several projects (shop, ");
    }

    [Test]
    public async Task A_folder_is_called_as_it_was_named(CancellationToken cancellation)
    {
        await using var box = TwoFolders(cancellation);
        box.Write("one/tspm.json", File("web", "sleep 1000"));
        box.Write("two/tspm.json", File("web", "sleep 1000"));
        var current = Path.Combine(box.Folder, "current");
        Directory.CreateSymbolicLink(current, "one");
        await box.Ok("apply", "current/tspm.json");
        await Assert.That(await ProjectOf(box, "web")).IsEqualTo(current);
        // A release later.
        Directory.Delete(current);
        Directory.CreateSymbolicLink(current, "two");
        await Assert.That((await box.Ok("apply", Path.Combine(current, "tspm.json"))).Out).IsEqualTo("unchanged: 1\n");
    }

    [Test]
    public async Task A_daemon_in_a_container_keeps_to_the_project_of_its_file_too(CancellationToken cancellation)
    {
        await using var box = TwoFolders(cancellation);
        box.Write("one/tspm.json", File("web", "sleep 1001"));
        box.Write("two/tspm.json", File("web", "sleep 1002"));
        using (var daemon = box.Begin("daemon", "--apply", "one/tspm.json"))
        {
            await box.UntilState("web", "online");
            await Assert.That(await ProjectOf(box, "web")).IsEqualTo(Path.Combine(box.Folder, "one"));
            daemon.Signal(LiveProcess.SIGTERM);
            await Assert.That(await daemon.End()).IsEqualTo(0);
        }
        var moved = (await box.Run("daemon", "--apply",
            "two/tspm.json")).Exits(1).Says($"write \"project\": \"{box.Folder}/one\" at the top of this file");
        await Assert.That(moved.Err).DoesNotContain("--force");
        box.Write("two/tspm.json", File("web", "sleep 1002", $""" "project": "{box.Folder}/one", """));
        using var again = box.Begin("daemon", "--apply", "two/tspm.json");
        await box.Until("web", entry => entry.IsOnline && LiveProcess.CommandOf(entry.Pid!.Value) == "sleep 1002",
            "web is what the file says");
        again.Signal(LiveProcess.SIGTERM);
        await again.End();
    }

    [Test]
    public async Task A_request_with_a_project_that_is_none_is_refused_and_one_without_protects_nothing(
        CancellationToken cancellation)
    {
        await using var box = TwoFolders(cancellation);
        box.Write("one/tspm.json", File("web", "sleep 1001"));
        await box.Ok("apply", "one/tspm.json");
        const string Client = """ "client": {"environment": {}, "workingDirectory": "/"}, "wait": true """;
        const string Define = """ "define": [{"name": "web", "command": "sleep 1001"}] """;
        string Request(string more) => $$$"""{"jsonrpc":"2.0","id":1,"method":"apply","params":{{{{Define}}},{{{Client}}}{{{more}}}}}""";
        using var socket = new RawSocket(box, cancellation);
        async Task<string> Ask(string more)
        {
            await socket.Send(Request(more) + "\n");
            return (await socket.Read())!.Value.GetRawText();
        }

        await Assert.That(await Ask(", \"project\": \" \"")).Contains("params.project must be text");
        await Assert.That(await Ask(", \"project\": \"x\", \"dryRun\": true")).Contains("\"code\":-32001").And
            .Contains("this file to x");
        await Assert.That(await Ask(", \"project\": \"x\", \"force\": true, \"dryRun\": true"))
            .Contains("\"action\":\"change\"");
        await Assert.That(await Ask(", \"dryRun\": true")).Contains("\"action\":\"change\"");
    }
}
