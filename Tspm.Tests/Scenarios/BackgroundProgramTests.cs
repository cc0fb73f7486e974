using System.Diagnostics;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// Servers that put themselves into the background: nothing of them survives, and the reason says how to run them.
/// The real programs leave their session and overwrite their environment.
/// </summary>
[Timeout(180_000), ParallelLimiter<ScenarioLimit>]
public class BackgroundProgramTests
{
    [Test]
    [Arguments("stop")]
    [Arguments("delete")]
    [Arguments("daemon stop")]
    [Arguments("kill daemon, stop")]
    [Arguments("kill all, stop")]
    public async Task Nginx_in_the_background_never_survives(string way, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var port = FreePort.Take();
        await box.Ok("start", $"nginx -c {WriteNginxConfig(box, port)} -p {box.Folder}", "--name", "web");
        var entry = await box
            .Until("web", entry => entry.Reason.Contains("put itself into the background", StringComparison.Ordinal),
                "it is recognised");
        await Assert.That(entry.Reason).Contains("(to run it in the foreground: nginx -g 'daemon off;')");
        await End(box, way, "web");
        await Assert.That(ProcessesOf(box.Folder)).IsEmpty();
    }

    [Test]
    [Arguments("stop")]
    [Arguments("daemon stop")]
    [Arguments("kill all, stop")]
    public async Task Redis_in_the_background_never_survives(string way, CancellationToken cancellation)
    {
        _ = Tools.Require("redis-server");
        await using var box = new TspmBox(cancellation);
        var port = FreePort.Take();
        var config = box
            .Write("r.conf",
                $"port {port}\ndaemonize yes\npidfile {box.Folder}/r.pid\ndir {box.Folder}\nlogfile "
                    + $"{box.Folder}/r.log\nsave \"\"\n");
        await box.Ok("start", $"redis-server {config}", "--name", "cache");
        var entry = await box
            .Until("cache", entry => entry.Reason.Contains("put itself into the background", StringComparison.Ordinal),
                "it is recognised");
        await Assert.That(entry.Reason).Contains("--daemonize no");
        await Assert.That((await box.Ok("why", "cache")).Out).Contains("left redis-server (pid ");
        await End(box, way, "cache");
        await Assert.That(await AnswersOn(port)).IsFalse();
        await Assert.That(ProcessesOf(box.Folder)).IsEmpty();
    }

    [Test]
    public async Task Postgres_started_by_pg_ctl_shuts_down_cleanly_every_time(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        var bin = PostgresFolder();
        var folder = await Cluster(box, bin);
        var port = FreePort.Take();
        box.Write("pg.json", $$"""
            { "processes": [{ "name": "pg", "user": "postgres", "restart": { "delayMs": 100 },
              "command": "{{bin}}/pg_ctl -D {{folder}}/data -o '-p {{port}} -k {{folder}}' -l {{folder}}/pg.log start" }] }
            """);
        await box.Run("start", "pg.json");
        var entry = await box
            .Until("pg",
                entry =>
                    entry.Reason.Contains("put itself into the background", StringComparison.Ordinal)
                        && entry.Restarts >= 1, "it is recognised, and started again");
        await Assert.That(entry.Reason).Contains("left postgres (pid ");
        await box.Ok("stop", "pg");
        var log = TspmBox.Text($"{folder}/pg.log");
        await Assert.That(log).Contains("database system is shut down");
        await Assert.That(log).DoesNotContain("not properly shut down");
        await Assert.That(ProcessesOf(folder)).IsEmpty();
    }

    [Test]
    public async Task A_postgres_master_keeps_its_backends_until_it_lets_them_go(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        var bin = PostgresFolder();
        var folder = await Cluster(box, bin);
        var port = FreePort.Take();
        // Behind a wrapper, so that the server is what is left when the main program has ended.
        File.SetUnixFileMode(box.Write("pg.sh",
            $"#!/bin/sh\n{bin}/postgres -D {folder}/data -p {port} -k {folder} 2>{folder}/pg.log\n"),
                (UnixFileMode)0b111_101_101);
        await box.Ok("start", "./pg.sh", "--name", "pg", "--user", "postgres", "--ready",
            $"exec:{bin}/pg_isready -h {folder} -p {port}");
        using var session = new RunningCommand(
            Programs.Start("/bin/sh",
                ["-c",
                    $"(echo 'select 41 + 1;'; until test -e {box.Folder}/go -o ! -d {box.Folder}; do sleep 0.05; "
                        + $"done; echo 'select 50 + 1;') | {bin}/psql -At -h {folder} -p {port} -U postgres"],
                            box.Variables, box.Folder), cancellation);
        await session.UntilOut("42");
        using var stop = box.Begin("stop", "pg");
        await box.UntilFile($"{folder}/pg.log", "received smart shutdown request");
        box.Write("go", "");
        // A backend that had got SIGTERM itself would have said: terminating connection due to administrator command.
        await session.UntilOut("51");
        await Assert.That(await stop.End()).IsEqualTo(0);
        await Assert.That(TspmBox.Text($"{folder}/pg.log")).Contains("database system is shut down");
        await Assert.That(stop.Err).IsEqualTo("");
    }

    [Test]
    public async Task A_gunicorn_master_behind_a_script_finishes_the_request_that_it_has(CancellationToken cancellation)
    {
        var gunicorn = Tools.Require("gunicorn");
        await using var box = new TspmBox(cancellation);
        var port = FreePort.Take();
        box.Write("app.py", """
            import os, time
            def app(environ, start):
                open('begun', 'w').close()
                while not os.path.exists('go'): time.sleep(0.02)
                start('200 OK', [('Content-Type', 'text/plain')])
                return [b'whole']
            """);
        File.SetUnixFileMode(box.Write("run.sh", $"#!/bin/bash\n{gunicorn} -b 127.0.0.1:{port} app:app\n"),
            (UnixFileMode)0b111_101_101);
        await box.Ok("start", "./run.sh", "--name", "web", "--ready", $"tcp:{port}");
        using var http = new HttpClient();
        var answer = http.GetStringAsync($"http://127.0.0.1:{port}/", cancellation);
        await box.Until(() => File.Exists(Path.Combine(box.Folder, "begun")), "the request has begun");
        using var stop = box.Begin("stop", "web");
        await box.UntilFile(box.ErrLog("web"), "Handling signal: term");
        box.Write("go", "");
        await Assert.That(await answer).IsEqualTo("whole");
        await Assert.That(await stop.End()).IsEqualTo(0);
        await Assert.That(stop.Err).IsEqualTo("");
    }

    /// <summary>Another user's program by its mode, in a session of its own, without environment.</summary>
    [Test]
    public async Task A_setuid_program_that_daemonizes_is_found_by_its_mark(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "su", """
            #include <stdio.h>
            #include <string.h>
            #include <unistd.h>
            extern char **environ;
            int main(int argc, char **argv) {
                if (fork() > 0) { usleep(50000); return 0; }
                setsid();
                if (fork() > 0) _exit(0);
                FILE *f = fopen("pid", "w"); fprintf(f, "%d\n", getpid()); fclose(f);
                for (char **e = environ; *e; e++) memset(*e, 0, strlen(*e));
                for (;;) pause();
            }
            """);
        (await box.RunProgram("chown", $"{OtherUser.Uid}", program)).Exits(0);
        (await box.RunProgram("chmod", "4755", program)).Exits(0);
        (await box.RunProgram("chmod", "777", box.Folder)).Exits(0);
        await box.Ok("start", program, "--name", "su", "--restart", "never");
        var pid = int.Parse(await box.UntilFile("pid", "\n"));
        var entry = await box.UntilState("su", "stopped");
        await Assert.That(entry.Reason).Contains("it put itself into the background");
        await Assert.That(LiveProcess.IsAlive(pid)).IsFalse();
    }

    /// <summary>It looks like a zombie, and its other thread works on.</summary>
    [Test]
    public async Task A_server_whose_first_thread_has_ended_does_not_survive_a_stop(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "threads", """
            #include <pthread.h>
            #include <stdio.h>
            #include <unistd.h>
            static void *work(void *none) { (void)none; for (;;) pause(); }
            int main(void) {
                if (fork() > 0) { usleep(50000); return 0; }
                setsid();
                pthread_t thread;
                pthread_create(&thread, NULL, work, NULL);
                FILE *f = fopen("pid", "w"); fprintf(f, "%d\n", getpid()); fclose(f);
                pthread_exit(NULL);
            }
            """);
        await box.Ok("start", program, "--name", "threads", "--restart", "never");
        var pid = int.Parse(await box.UntilFile("pid", "\n"));
        await box.UntilState("threads", "stopped");
        await Assert.That(LiveProcess.IsAlive(pid)).IsFalse();
    }

    /// <summary>It became root for good, so the daemon of an ordinary user may not signal it.</summary>
    [Test]
    public async Task What_belongs_to_another_user_is_named_and_never_holds_up_a_stop(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        var folder = await OtherUser.Folder(box, OtherUser.Uid, "u", "755");
        var program = await CProgram.Build(box, "grab", """
            #include <stdio.h>
            #include <unistd.h>
            int main(void) {
                if (fork() == 0) {
                    if (setuid(0) != 0) return 1;
                    FILE *f = fopen("pid", "w"); fprintf(f, "%d\n", getpid()); fclose(f);
                    for (;;) pause();
                }
                for (;;) pause();
            }
            """);
        (await box.RunProgram("chmod", "4755", program)).Exits(0);
        box.Variables["TSPM_HOME"] = box.Home = Path.Combine(folder, "h");
        (await OtherUser.Run(box, OtherUser.Uid, "start", program, "--name", "grab", "--cwd", folder, "--kill-timeout",
            "300")).Exits(0);
        var pid = int.Parse(await box.UntilFile("u/pid", "\n"));
        try
        {
            var stop = (await OtherUser.Run(box, OtherUser.Uid, "stop", "grab")).Exits(0);
            await Assert.That(stop.Err)
                .Contains($"grab (pid {pid}) belongs to another user, so it is still running; end with: sudo kill "
                    + $"{pid}");
            await Assert.That(LiveProcess.IsAlive(pid)).IsTrue();
            (await OtherUser.Run(box, OtherUser.Uid, "daemon", "stop")).Exits(0);
        }
        finally
        {
            LiveProcess.Kill(pid);
        }
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task Another_Tspm_started_by_a_process_outlives_it_with_all_that_it_runs(bool inCgroup,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await using var inner = new TspmBox(cancellation);
        using var cgroup = inCgroup ? new CgroupBox(box) : null;
        // Both have the number 0, so their variables are the same.
        File.SetUnixFileMode(box.Write("deploy.sh",
            $"#!/bin/sh\nTSPM_HOME={inner.Home} {PublishedExecutable.Path} start 'sleep 1000' --name inner\necho "
                + "done\nexec sleep 1000\n"), (UnixFileMode)0b111_101_101);
        await box.Ok("start", "./deploy.sh", "--name", "outer");
        await box.UntilOut("outer", "done\n");
        var (pid, (daemon, guardian)) = (await inner.PidOf("inner"), await inner.DaemonPids());
        await box.Ok("stop", "outer");
        await Assert.That(LiveProcess.IsAlive(pid) && LiveProcess.IsAlive(daemon) && LiveProcess.IsAlive(guardian))
            .IsTrue();
        // Even what the inner guardian leaves behind is not the outer process's.
        await box.Ok("start", "outer");
        await box.UntilOut("outer", "done\ndone\n");
        foreach (var victim in new[] { guardian, daemon }) LiveProcess.Kill(victim);
        await inner.UntilGone(guardian);
        await box.Ok("restart", "outer");
        await Assert.That(LiveProcess.IsAlive(pid)).IsTrue();
        await box.UntilOut("outer", "done\ndone\ndone\n");
        await box.Ok("delete", "outer");
        await Assert.That(LiveProcess.IsAlive(pid)).IsTrue();
        await Assert.That(await inner.PidOf("inner")).IsEqualTo(pid);
    }

    static async Task End(TspmBox box, string way, string name)
    {
        var (daemon, guardian) = await box.DaemonPids();
        switch (way)
        {
            case "kill daemon, stop":
                LiveProcess.Kill(daemon);
                await box.UntilGone(daemon);
                await box.Ok("stop", name);
                break;
            case "kill all, stop":
                LiveProcess.Kill(guardian);
                LiveProcess.Kill(daemon);
                await box.UntilGone(guardian);
                await box.Ok("stop", name);
                break;
            case "daemon stop":
                await box.Ok("daemon", "stop");
                break;
            default:
                await box.Ok(way, name);
                break;
        }
    }

    static string WriteNginxConfig(TspmBox box, int port)
    {
        if (!File.Exists("/usr/sbin/nginx")) _ = Tools.Require("nginx");
        box.Variables["PATH"] = box.Variables["PATH"] + ":/usr/sbin";
        return box.Write("nginx.conf", $$"""
            pid {{box.Folder}}/nginx.pid; error_log {{box.Folder}}/error.log;
            worker_processes 2;
            events {}
            http { access_log off; server { listen 127.0.0.1:{{port}}; location / { return 200 "hi\n"; } } }
            """);
    }

    static string PostgresFolder()
    {
        const string all = "/usr/lib/postgresql";
        var found = Directory.Exists(all)
            ? Directory.GetDirectories(all).Select(version => version + "/bin")
                .FirstOrDefault(bin => File.Exists(bin + "/postgres"))
            : null;
        if (found is null) Skip.Test("SKIPPED: postgresql is not installed; .ci/run installs it");
        return found!;
    }

    /// <summary>A database of the user postgres in a folder of its own, on a short path.</summary>
    static async Task<string> Cluster(TspmBox box, string bin)
    {
        var folder = Path.Combine(box.Folder, "pg");
        Directory.CreateDirectory(folder);
        (await box.RunProgram("chown", "postgres", folder)).Exits(0);
        (await box.RunProgram("su", "postgres", "-s", "/bin/sh", "-c",
            $"cd / && {bin}/initdb -D {folder}/data -A trust -N >/dev/null")).Exits(0);
        return folder;
    }

    /// <summary>
    /// Living processes that name this folder in their command line, other than Tspm's own and the test's.
    /// </summary>
    static List<string> ProcessesOf(string folder) =>
        [.. LiveProcess.All().Where(LiveProcess.IsAlive).Select(LiveProcess.CommandOf)
            .Where(command =>
                command.Contains(folder + "/", StringComparison.Ordinal)
                    && !command.StartsWith("tspm ", StringComparison.Ordinal))];

    static async Task<bool> AnswersOn(int port)
    {
        using var client = new System.Net.Sockets.TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
