using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// Releases that are swapped under running processes: <c>current -> releases/N</c>, and what is missing for a moment.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class DeploymentTests
{
    const string Program = "#!/bin/sh\necho release {0} in $(pwd -P)\nexec sleep 1000\n";

    static void MakeReleases(TspmBox box)
    {
        foreach (var release in (string[])["1", "2"])
        {
            var folder = Path.Combine(box.Folder, "site/releases", release);
            Directory.CreateDirectory(folder);
            File.WriteAllText(
                Path.Combine(folder, "app.sh"), Program.Replace("{0}", release, StringComparison.Ordinal));
            File.WriteAllText(Path.Combine(folder, "tool"), Program.Replace("{0}", release, StringComparison.Ordinal));
            File.SetUnixFileMode(Path.Combine(folder, "tool"), (UnixFileMode)0b111_101_101);
            File.WriteAllText(Path.Combine(folder, "e.json"), """
                {"processes": [{"name": "e", "command": "sh app.sh", "projectDir": "."}]}
                """);
            File.WriteAllText(Path.Combine(folder, "ecosystem.config.json"), """
                {"apps": [{"name": "i", "script": "./app.sh", "interpreter": "sh"}]}
                """);
        }
        File.CreateSymbolicLink(Path.Combine(box.Folder, "site/current"), "releases/1");
    }

    [Test]
    public async Task What_is_started_from_inside_a_link_follows_it_at_each_start(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        MakeReleases(box);
        var said = await box.Shell("""
            set -e; cd site/current
            tspm start app.sh --name a; tspm start e.json; tspm import pm2 --start --lossy
            tspm start "./tool" --name b --cwd .; tspm add "sh app.sh" --name s; tspm set s --cwd .; tspm start s
            cd ..; tspm start current/app.sh --name c
            ln -sfn releases/2 current; rm -r releases/1; tspm restart all
            """);
        await Assert.That(said.ExitCode).IsEqualTo(0).Because(said.ToString());
        foreach (var name in (string[])["a", "e", "i", "b", "s"])
        {
            await box.UntilOut(name, $"release 2 in {box.Folder}/site/releases/2\n");
            await Assert.That((await box.Get(name)).Json.GetProperty("cwd").GetString())
                .IsEqualTo($"{box.Folder}/site/current");
        }
        await box.UntilOut("c", "release 2");
    }

    [Test]
    public async Task A_script_of_the_shells_folder_that_runs_elsewhere_is_named_as_the_shell_does(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        MakeReleases(box);
        Directory.CreateDirectory(Path.Combine(box.Folder, "data"));
        var said = await box.Shell("""
            set -e; cd site/current
            tspm start app.sh --cwd ../../../data --name d
            cd ..; ln -sfn releases/2 current; rm -r releases/1; tspm restart d
            """);
        await Assert.That(said.ExitCode).IsEqualTo(0).Because(said.ToString());
        await box.UntilOut("d", $"release 2 in {box.Folder}/data\n");
        await Assert.That((await box.Get("d")).Json.GetProperty("command").GetString())
            .IsEqualTo($"{box.Folder}/site/current/app.sh");
    }

    [Test]
    public async Task A_PWD_of_another_folder_counts_for_nothing_and_two_dots_lead_where_the_kernel_says(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        MakeReleases(box);
        box.Write("site/releases/up.json", """{"processes": [{"name": "up", "command": "sleep 1000"}]}""");
        var said = await box.Shell("""
            set -e; cd site/current
            tspm start ../up.json
            tspm add "sleep 1" --name dots --cwd ..
            PWD=/tmp tspm add "sleep 1" --name lie
            PWD=. tspm add "sleep 1" --name relative
            PWD="$PWD/../current" tspm add "sleep 1" --name odd
            """);
        await Assert.That(said.ExitCode).IsEqualTo(0).Because(said.ToString());
        var places = (await box.List())
            .ToDictionary(entry => entry.Name, entry => entry.Json.GetProperty("cwd").GetString());
        await Assert.That(places["up"]).IsEqualTo($"{box.Folder}/site/releases");
        await Assert.That(places["dots"]).IsEqualTo($"{box.Folder}/site/releases");
        foreach (var name in (string[])["lie", "relative", "odd"])
            await Assert.That(places[name]).IsEqualTo($"{box.Folder}/site/releases/1");
    }

    [Test]
    [Arguments("folder"), Arguments("program"), Arguments("rights"), Arguments("half"), Arguments("envfile"),
        Arguments("logs")]
    public async Task A_start_by_hand_in_the_middle_of_a_swap_is_tried_until_it_works(
        string missing, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        MakeReleases(box);
        var current = Path.Combine(box.Folder, "site/current");
        box.Write("site/releases/1/env", "A=1\n");
        await box.Ok(
            "start", "./tool", "--name", "web", "--cwd", current, "--env-file", "env", "-o", "log/out.log",
            "--restart-delay", "100ms");
        await box.UntilState("web", "online");
        var (away, back) = missing switch
        {
            "folder" => ("mv site/releases/1 site/away", "mv site/away site/releases/1"),
            "program" => ("mv site/current/tool site/away", "mv site/away site/current/tool"),
            "rights" => ("chmod a-x site/current/tool", "chmod a+x site/current/tool"),
            "half" => ("cp site/current/tool site/away; : > site/current/tool", "cp site/away site/current/tool"),
            "envfile" => ("mv site/current/env site/away", "mv site/away site/current/env"),
            _ => ("rm -r site/current/log; : > site/current/log", "rm site/current/log"),
        };
        await box.Ok("stop", "web");
        await box.Shell(away);
        (await box.Run("start", "web")).Exits(1).Says("web: ").Says("will be retried, as after a crash");
        await Assert.That((await box.Get("web")).State).IsEqualTo("waiting");
        await Assert.That((await box.Get("web")).Json.GetProperty("desired").GetString()).IsEqualTo("up");
        (await box.Run("restart", "web")).Exits(1);
        await box.Shell(back);
        await box.UntilState("web", "online");
    }

    [Test]
    public async Task A_restart_while_the_folder_is_away_waits_and_a_new_process_is_still_refused(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        MakeReleases(box);
        var current = Path.Combine(box.Folder, "site/current");
        await box.Ok("start", "./tool", "--name", "web", "--cwd", current, "--restart-delay", "100ms");
        File.Delete(current);
        (await box.Run("restart", "web")).Exits(1).Says($"cannot change directory to {current}")
            .Says("will be retried, as after a crash");
        await Assert.That((await box.Get("web")).State).IsEqualTo("waiting");
        (await box.Run("start", "./tool", "--name", "typo", "--cwd", current)).Exits(1);
        await Assert.That((await box.List()).Count).IsEqualTo(1);
        File.CreateSymbolicLink(current, "releases/2");
        await box.UntilState("web", "online");
        await box.UntilOut("web", "release 2");
    }

    /// <summary>The project of its file is the link too, so that the next release is the same project.</summary>
    [Test]
    public async Task A_daemon_that_applies_a_file_follows_the_link(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        foreach (var release in new[] { "1", "2" })
        {
            Directory.CreateDirectory(Path.Combine(box.Folder, "releases", release));
            box.Write($"releases/{release}/tspm.json", """{ "processes": [ { "name": "web", "command": "sleep 1000" } ] }""");
        }
        var current = Path.Combine(box.Folder, "current");
        foreach (var release in new[] { "1", "2" })
        {
            File.Delete(current);
            File.CreateSymbolicLink(current, $"releases/{release}");
            using var shell = new RunningCommand(
                Programs.Start("/bin/sh",
                    ["-c", $"cd current && exec {PublishedExecutable.Path} daemon --apply tspm.json"], box.Variables,
                        box.Folder), cancellation);
            await box.UntilState("web", "online");
            var web = await box.Get("web");
            await Assert.That((web.Json.GetProperty("cwd").GetString(), web.Json.GetProperty("project").GetString()))
                .IsEqualTo((current, current));
            shell.Signal(LiveProcess.SIGTERM);
            await Assert.That(await shell.End()).IsEqualTo(0);
        }
    }
}
