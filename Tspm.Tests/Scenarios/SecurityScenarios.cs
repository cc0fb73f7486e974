using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>The promises of SECURITY.md, tried by those against whom they are made.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class SecurityScenarios
{
    const string Secret = "hunter2-SeCrEt";

    static void Open(string path, string mode) => File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));

    [Test]
    public async Task Another_user_is_refused_by_every_verb_however_open_the_files_are(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var pid = await box.PidOf("s");
        foreach (var verb in new[] { "list", "ping", "status", "metrics", "logs", "events -f" })
            (await OtherUser.Run(box, OtherUser.Uid, verb.Split(' '))).Exits(6).Says("permission denied");
        Open(box.Home, "755");
        Open(box.SocketPath, "666");
        foreach (var verb in new[] { "list", "stop s", "delete all", "daemon stop", "daemon upgrade", "start s",
            "metrics", "describe s --show-env", "env s" })
        {
            var ran = (await OtherUser.Run(box, OtherUser.Uid, verb.Split(' '))).Exits(6);
            await Assert.That(ran.Out).IsEqualTo("");
        }
        await Assert.That(await box.PidOf("s")).IsEqualTo(pid);
        await Assert.That((await box.Status()).GetProperty("counters").GetProperty("strangersRefused").GetInt64())
            .IsGreaterThanOrEqualTo(9);
        Open(box.Home, "700");
    }

    [Test]
    public async Task Nothing_is_said_to_a_stranger_who_listens_where_the_socket_should_be(
        CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        Open(box.Folder, "755");
        var home = await OtherUser.Folder(box, OtherUser.Second, "evil", "755");
        var heard = Path.Combine(home, "heard");
        var program = await CProgram.Build(box, "listener", """
            #include <fcntl.h>
            #include <stdio.h>
            #include <string.h>
            #include <unistd.h>
            #include <sys/socket.h>
            #include <sys/stat.h>
            #include <sys/un.h>
            int main(int n, char **a) {
                struct sockaddr_un at = { .sun_family = AF_UNIX }; char said[65536];
                strcpy(at.sun_path, a[1]);
                int s = socket(AF_UNIX, SOCK_STREAM, 0);
                if (bind(s, (struct sockaddr *)&at, sizeof at) || chmod(a[1], 0666) || listen(s, 5)) return 1;
                puts("listening"); fflush(stdout);
                for (;;) { int c = accept(s, 0, 0), f = open(a[2], O_WRONLY | O_CREAT | O_APPEND, 0600), k = read(c, said, sizeof said); if (k > 0 && write(f, said, k) < 0) return 1; close(f); close(c); }
            }
            """);
        using var listener = new RunningCommand(Programs.Start(
            Tools.Require("setpriv"),
                [$"--reuid={OtherUser.Second}", $"--regid={OtherUser.Second}", "--clear-groups", program,
                    $"{home}/tspm.sock", heard], box.Variables, box.Folder), cancellation);
        await listener.UntilOut("listening");
        box.Variables["TSPM_HOME"] = home;
        box.Variables["TOKEN"] = Secret;
        (await OtherUser.Run(box, OtherUser.Uid, "start", "sleep 1000")).Exits(6)
            .Says($"uid {OtherUser.Second} is listening there");
        await Assert.That(!File.Exists(heard) || File.ReadAllText(heard).Length == 0).IsTrue();
        box.Variables["TSPM_HOME"] = box.Home;
    }

    [Test]
    [Arguments("770"), Arguments("777"), Arguments("1777")]
    public async Task A_home_that_others_can_write_to_is_refused_with_the_fix(string mode,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(box.Home);
        Open(box.Home, mode);
        (await box.Run("start", "sleep 1000", "--name", "s")).Exits(6).Says("others can write to")
            .Says($"chmod 700 {box.Home}");
        await Assert.That(Directory.EnumerateFileSystemEntries(box.Home)).IsEmpty();
        Open(box.Home, "755");
        await box.Ok("start", "sleep 1000", "--name", "s");
        await Assert.That((int)File.GetUnixFileMode(box.Home)).IsEqualTo(Convert.ToInt32("700", 8))
            .Because("what others can only read is closed");
    }

    [Test]
    public async Task A_home_of_another_user_or_behind_another_users_link_is_refused(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        Open(box.Folder, "1777");
        var theirs = await OtherUser.Folder(box, OtherUser.Uid, "theirs");
        box.Variables["TSPM_HOME"] = theirs;
        (await box.Run("start", "sleep 1000")).Exits(6).Says($"belongs to uid {OtherUser.Uid}").Says("TSPM_HOME");
        // A trap in a folder like /tmp: a link to a folder of the victim, made by somebody else.
        var victim = Directory.CreateDirectory(Path.Combine(box.Folder, "victim")).FullName;
        var link = Path.Combine(box.Folder, "link");
        (await OtherUser.Shell(box, OtherUser.Uid, $"ln -s {victim} {link}")).Exits(0);
        box.Variables["TSPM_HOME"] = link;
        (await box.Run("start", "sleep 1000")).Exits(6).Says("is a link that uid");
        await Assert.That(Directory.EnumerateFileSystemEntries(victim)).IsEmpty();
        // One's own link is a way to keep the home elsewhere.
        File.Delete(link);
        File.CreateSymbolicLink(link, victim);
        await box.Ok("start", "sleep 1000", "--name", "s");
        await box.Ok("daemon", "stop");
        box.Variables["TSPM_HOME"] = box.Home;
    }

    [Test]
    [Arguments("pub/x/sub"), Arguments("pub/x"), Arguments("mine/x/a/b"), Arguments("mine/y/sub")]
    public async Task A_home_whose_path_leads_through_another_users_link_at_any_place_is_refused(string home,
        CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        Open(box.Folder, "755");
        Open(Directory.CreateDirectory(Path.Combine(box.Folder, "pub")).FullName, "777");
        var (mine, victim) = (Directory.CreateDirectory(Path.Combine(box.Folder, "mine")).FullName,
            Directory.CreateDirectory(Path.Combine(box.Folder, "victim")).FullName);
        (await OtherUser.Shell(box, OtherUser.Uid, $"ln -s {victim} {box.Folder}/pub/x")).Exits(0);
        // One's own links lead to the other's: a relative one, and one by way of another.
        File.CreateSymbolicLink(Path.Combine(mine, "x"), "../pub/x");
        File.CreateSymbolicLink(Path.Combine(mine, "y"), $"{mine}/./../mine/x");
        box.Variables["TSPM_HOME"] = Path.Combine(box.Folder, home);
        (await box.Run("start", "sleep 1000")).Exits(6).Says($"{box.Folder}/pub/x")
            .Says($"is a link that uid {OtherUser.Uid} made");
        await Assert.That(Directory.EnumerateFileSystemEntries(victim)).IsEmpty();
        box.Variables["TSPM_HOME"] = box.Home;
    }

    [Test]
    public async Task Links_of_ones_own_and_of_root_are_ways_to_a_home(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        Open(box.Folder, "755");
        // As /home -> /data/home, made by root, and ~/.tspm -> a folder of one's own.
        var data = Directory.CreateDirectory(Path.Combine(box.Folder, "data")).FullName;
        Open(data, "755");
        File.CreateSymbolicLink(Path.Combine(box.Folder, "home"), "data");
        var user = await OtherUser.Folder(box, OtherUser.Uid, "data/u");
        (await OtherUser.Shell(box, OtherUser.Uid, $"mkdir {user}/state && ln -s state {user}/.tspm")).Exits(0);
        foreach (var home in new[] { $"{box.Folder}/home/u/.tspm", $"{box.Folder}/home/u/other" })
        {
            box.Variables["TSPM_HOME"] = home;
            (await OtherUser.Run(box, OtherUser.Uid, "start", "sleep 1000", "--name", "s")).Exits(0);
            (await OtherUser.Run(box, OtherUser.Uid, "daemon", "stop")).Exits(0);
        }
        box.Variables["TSPM_HOME"] = box.Home;
    }

    [Test]
    [Arguments("0177"), Arguments("0377"), Arguments("0777"), Arguments("0000"), Arguments("0022")]
    public async Task A_home_is_0700_and_its_files_0600_under_any_umask(string umask, CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        Open(box.Folder, "755");
        (await OtherUser.Run(box, OtherUser.Uid, "version")).Exits(0);
        foreach (var uid in new[] { 0, OtherUser.Uid })
        {
            var folder = await OtherUser.Folder(box, uid, $"u{uid}");
            var home = Path.Combine(folder, "deep", "h");
            box.Variables["TSPM_HOME"] = home;
            var tspm = Path.Combine(box.Folder, "tspm");
            (await OtherUser.Shell(box, uid,
                $"cd {folder}; umask {umask}; {tspm} start 'sleep 1000' --name s && {tspm} restart s && {tspm} add "
                    + $"true --name t && {tspm} list")).Exits(0);
            // Again, by one who finds what the first has made.
            (await OtherUser.Shell(box, uid,
                $"cd {folder}; umask {umask}; {tspm} daemon restart && {tspm} logs s && {tspm} delete t")).Exits(0);
            foreach (var place in Directory.EnumerateFileSystemEntries(home, "*",
                SearchOption.AllDirectories).Append(home))
            {
                var mode = Convert.ToString((int)File.GetUnixFileMode(place), 8);
                await Assert.That(mode).IsEqualTo(Directory.Exists(place) ? "700" : "600").Because(place);
            }
            (await OtherUser.Shell(box, uid, $"{tspm} daemon stop")).Exits(0);
        }
        box.Variables["TSPM_HOME"] = box.Home;
    }

    [Test]
    public async Task A_home_that_keeps_its_own_user_out_is_told_with_the_fix(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        Open(box.Folder, "755");
        var home = await OtherUser.Folder(box, OtherUser.Uid, "shut", "600");
        box.Variables["TSPM_HOME"] = home;
        (await OtherUser.Run(box, OtherUser.Uid, "start", "sleep 1000")).Exits(6)
            .Says($"you have no access to your own folder {home} (mode 600): run chmod 700 {home}");
        box.Variables["TSPM_HOME"] = box.Home;
    }

    [Test]
    [Arguments("ln -s VICTIM LOG"), Arguments("ln -s /nowhere/made LOG"), Arguments("touch LOG; chmod 666 LOG")]
    public async Task A_trap_where_a_log_is_to_be_in_a_folder_for_everybody_is_not_stepped_into(string trap,
        CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        var common = Directory.CreateDirectory(Path.Combine(box.Folder, "common")).FullName;
        Open(box.Folder, "711");
        Open(common, "1777");
        var (victim, log) = (box.Write("victim", "precious\n"), Path.Combine(common, "app.log"));
        (await OtherUser.Shell(box, OtherUser.Uid, trap.Replace("VICTIM", victim).Replace("LOG", log))).Exits(0);
        (await box.Run("start", "--name", "s", "--out-file", log, "--restart", "never", "--", "sh", "-c",
            "echo poison")).Exits(1).Says("cannot open the log file");
        await Assert.That(File.ReadAllText(victim)).IsEqualTo("precious\n");
        File.Delete(log);
        // Two names of one of our own files, one of them where everybody looks.
        (await box.RunProgram("ln", victim, log)).Exits(0);
        (await box.Run("start", "--name", "t", "--out-file", log, "--restart", "never", "--", "sh", "-c",
            "echo poison")).Exits(1);
        await Assert.That(File.ReadAllText(victim)).IsEqualTo("precious\n");
        File.Delete(log);
        await box.Run("start", "--name", "u", "--out-file", log, "--restart", "never", "--", "sh", "-c", "echo fine");
        await box.UntilFile(log, "fine");
    }

    [Test]
    public async Task Shutdown_upgrade_and_delete_are_on_record_with_uid_and_pid(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        using var delete = box.Begin("delete", "s");
        await delete.End();
        using var upgrade = box.Begin("daemon", "upgrade", "/nowhere/tspm");
        await upgrade.End();
        using var stop = box.Begin("daemon", "stop");
        await stop.End();
        var requests = (await box.Ok("events", "--json")).Lines.Select(line => JsonDocument.Parse(line).RootElement)
            .Where(happened => happened.GetProperty("kind").GetString() == "request").ToList();
        foreach (var (method, pid) in new[] { ("delete", delete.Pid), ("upgrade", upgrade.Pid),
            ("shutdown", stop.Pid) })
        {
            var asked = requests.Single(request => request.GetProperty("request").GetString() == method);
            await Assert.That(asked.GetProperty("byPid").GetInt32()).IsEqualTo(pid).Because(method);
            await Assert.That(asked.GetProperty("byUid").GetInt64()).IsEqualTo(Tspm.Libc.Unistd.geteuid());
        }
    }

    [Test]
    public async Task A_secret_of_an_environment_is_where_it_has_to_be_and_nowhere_else(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Variables["SHELL_SECRET"] = Secret;
        box.Write(".env", $"FILE_SECRET={Secret}\n");
        box.Write("app.json", $$"""{"processes":[{"name":"s","command":"sh","args":["-c","exec sleep 1000"],"env":{"TOKEN":"{{Secret}}"},"envFile":".env","umask":"027","nice":1,"hooks":{"onCrash":"cat > crash.json"} }]}""");
        await box.Ok("start", "app.json");
        await box.Ok("restart", "s");
        LiveProcess.Kill(await box.PidOf("s"));
        await box.UntilFile("crash.json", "\"crash\"");
        await box.Until("s", entry => entry.IsOnline, "s is back");
        await box.Run("set", "s", $"env.OTHER_KEY={Secret}");
        var seen = new Dictionary<string, string>();
        foreach (var verb in new[] { "list", "list --json", "describe s", "describe s --json", "status --json",
            "events --json", "why s", "metrics", "logs", "search sleep" }) seen[verb] =
                (await box.Run(verb.Split(' '))) is var ran ? ran.Out + ran.Err : "";
        using var socket = new RawSocket(box, cancellation);
        foreach (var bad in new[] { $$$"""{"TOKEN":{"x":"{{{Secret}}}"}}""", $$"""{"TOKEN":["{{Secret}}"]}""" })
            seen[bad] = (await socket.Ask("""{"id":1,"method":"start","params":{"define":[{"command":"x","env":BAD}],"client":{"environment":{},"workingDirectory":"/"}}}""".Replace("BAD", bad))).ToString();
        seen["a number"] = (await socket.Ask("""{"id":1,"method":"start","params":{"define":[{"command":"x","env":{"PIN":471147114711}}],"client":{"environment":{},"workingDirectory":"/"}}}""")).ToString().Replace("471147114711", Secret);
        foreach (var file in new[] { "daemon.log", "events.jsonl", "daemon.state" })
            seen[file] = TspmBox.Text(Path.Combine(box.Home, file));
        seen["crash.json"] = File.ReadAllText(Path.Combine(box.Folder, "crash.json"));
        foreach (var pid in LiveProcess.All())
            if (LiveProcess.CommandOf(pid) is { Length: > 0 } command
                && command.Contains("tspm", StringComparison.Ordinal)) seen[$"process {pid}"] = command;
        foreach (var (where, text) in seen) await Assert.That(text).DoesNotContain(Secret).Because(where);
        await Assert.That((await box.Ok("describe", "s", "--show-env")).Out).Contains(Secret);
        await Assert.That((await box.Ok("env", "s")).Out).Contains($"SHELL_SECRET={Secret}");
    }
}
