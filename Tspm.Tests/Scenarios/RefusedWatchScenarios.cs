using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// epoll refuses (no memory, fs.epoll.max_user_watches): what it would have watched comes late, and nothing else
/// happens.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class RefusedWatchScenarios
{
    /// <summary>
    /// In the daemon, epoll_ctl refuses to add what the file names: pidfd, fifo, socket, all. "once N KIND" refuses one
    /// such call, after N that it lets pass, and removes the file. Each refusal leaves a byte in FILE.hits.
    /// </summary>
    const string Refusing = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/epoll.h>
        #include <sys/stat.h>
        #include <unistd.h>
        static int is_daemon;
        __attribute__((constructor)) static void begin(void) {
            char words[4096]; FILE *own = fopen("/proc/self/cmdline", "r");
            if (!own) return;
            size_t n = fread(words, 1, sizeof words - 1, own); fclose(own); words[n] = 0;
            size_t first = strlen(words) + 1;
            is_daemon = first < n && !strcmp(words + first, "__daemon");
        }
        static const char *kind(int fd) {
            char path[64], target[256]; struct stat status;
            snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
            ssize_t n = readlink(path, target, sizeof target - 1); target[n < 0 ? 0 : n] = 0;
            if (strstr(target, "pidfd")) return "pidfd";
            if (!fstat(fd, &status) && S_ISFIFO(status.st_mode)) return "fifo";
            return !strncmp(target, "socket:", 7) ? "socket" : "other";
        }
        static int refuses(int fd) {
            char words[64] = "", wanted[16] = "", hits[512]; int passes = -1, n, file;
            const char *name = getenv("REFUSE_FILE");
            if (!is_daemon || !name || (file = open(name, O_RDONLY | O_CLOEXEC)) < 0) return 0;
            n = read(file, words, sizeof words - 1); close(file);
            if (n <= 0) return 0;
            if (sscanf(words, "once %d %15s", &passes, wanted) != 2) { passes = -1; sscanf(words, "%15s", wanted); }
            if (strcmp(wanted, "all") && strcmp(wanted, kind(fd))) return 0;
            static int seen;
            if (passes >= 0 && __atomic_fetch_add(&seen, 1, __ATOMIC_SEQ_CST) != passes) return 0;
            if (passes >= 0) { seen = 0; unlink(name); }
            snprintf(hits, sizeof hits, "%s.hits", name);
            if ((file = open(hits, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) >= 0) { if (write(file, "x", 1)) {} close(file); }
            return 1;
        }
        int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event) {
            static int (*real)(int, int, int, struct epoll_event *);
            if (!real) real = (int (*)(int, int, int, struct epoll_event *))dlsym(RTLD_NEXT, "epoll_ctl");
            if (operation != EPOLL_CTL_DEL && refuses(fd)) { errno = ENOSPC; return -1; }
            return real(epoll, operation, fd, event);
        }
        """;

    const string Notifier = "import os,socket,time; s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); "
        + "s.connect('\\0'+os.environ['NOTIFY_SOCKET'][1:]); s.send(b'READY=1'); time.sleep(1000)";

    /// <summary>No more calls are made in one round of the second test; the clients' own come and go.</summary>
    const int MostPlaces = 40;

    [Test]
    [Arguments("pidfd")]
    [Arguments("fifo")]
    [Arguments("socket")]
    [Arguments("all")]
    public async Task While_epoll_refuses_everything_works_and_status_says_so(string kind,
        CancellationToken cancellation)
    {
        Tools.Require("python3");
        await using var box = await WithRefusals(cancellation);
        var (daemon, _) = await box.DaemonPids();
        box.Write("refuse", kind);
        await box.Ok("start", "--name", "w", "--restart-delay", "10", "--", "sh", "-c",
            "echo begin $$; exec sleep 1000");
        await box.Ok("start", "--name", "n", "--ready", "notify", "--", "python3", "-c", Notifier);
        await box.Ok("scale", "w", "3");
        foreach (var name in new[] { "w~0", "w~1", "w~2" }) await box.UntilOut(name, "begin");
        LiveProcess.Kill(await box.PidOf("w:1"));
        await box.Until("w:1", entry => entry is { IsOnline: true, Restarts: 1 }, "its end was noticed");
        await Assert.That((await box.List()).All(entry => entry.IsOnline)).IsTrue();
        await Assert.That((await box.Ok("status")).Out).Contains("trouble\tthe system refuses to watch");
        await Assert.That(Hits(box)).IsGreaterThan(0);

        File.Delete(Path.Combine(box.Folder, "refuse"));
        await box.Until(async () => (await box.Status()).GetProperty("troubles").GetArrayLength() == 0 ? "" : null,
            "nothing troubles the daemon any more");
        await box.Ok("restart", "w", "n");
        await Assert.That((await box.List()).Count(entry => entry.IsOnline)).IsEqualTo(4);
        await NothingBroke(box, daemon);
        await box.Ok("stop", "all");
    }

    [Test]
    public async Task A_refusal_at_any_place_leaves_nothing_unstarted(CancellationToken cancellation)
    {
        Tools.Require("python3");
        await using var box = await WithRefusals(cancellation);
        var (daemon, _) = await box.DaemonPids();
        await box.Ok("start", "--name", "w", "--", "sh", "-c", "echo begin $$; exec sleep 1000");
        await box.Ok("start", "--name", "n", "--ready", "notify", "--", "python3", "-c", Notifier);
        var places = 0;
        for (var wasRefused = true; wasRefused && places < MostPlaces; places++)
        {
            var before = Hits(box);
            var passes = places;
            box.Write("refuse", $"once {passes} all");
            await box.Ok("scale", "w", "3");
            await box.Ok("restart", "n");
            await Assert.That((await box.List()).Count(entry => entry.IsOnline)).IsEqualTo(4)
                .Because($"after {passes} calls");
            await box.Ok("scale", "w", "1");
            wasRefused = Hits(box) > before;
        }
        await Assert.That(places).IsGreaterThan(8);
        File.Delete(Path.Combine(box.Folder, "refuse"));
        await NothingBroke(box, daemon);
        await box.Ok("stop", "all");
    }

    [Test]
    public async Task A_daemon_that_comes_up_while_epoll_refuses_takes_over_what_runs(CancellationToken cancellation)
    {
        await using var box = await WithRefusals(cancellation);
        await box.Ok("start", "--name", "w", "-i", "3", "--", "sh", "-c", "echo begin $$; exec sleep 1000");
        var pids = (await box.List()).Select(entry => entry.Pid).ToList();
        var (daemon, _) = await box.DaemonPids();
        box.Write("refuse", "all");
        LiveProcess.Kill(daemon);
        await box.Until("w:2", entry => entry.Pid == pids[2], "the next daemon answers");
        await Assert.That((await box.List()).Select(entry => entry.Pid)).IsEquivalentTo(pids);
        LiveProcess.Kill(pids[1]!.Value);
        await box.Until("w:1", entry => entry is { IsOnline: true, Restarts: 1 }, "its end was noticed");
        await Assert.That(File.ReadAllText(Path.Combine(box.Home, "daemon.log"))).DoesNotContain("internal error");
        File.Delete(Path.Combine(box.Folder, "refuse"));
        await box.Ok("stop", "all");
    }

    static async Task<TspmBox> WithRefusals(CancellationToken cancellation)
    {
        var box = new TspmBox(cancellation);
        box.Variables["REFUSE_FILE"] = Path.Combine(box.Folder, "refuse");
        await Preload.Use(box, "refusing", Refusing);
        await box.Ok("daemon", "start");
        Preload.Stop(box);
        return box;
    }

    static long Hits(TspmBox box) =>
        new FileInfo(Path.Combine(box.Folder, "refuse.hits")) is { Exists: true } hits ? hits.Length : 0;

    static async Task NothingBroke(TspmBox box, int daemon)
    {
        await Assert.That((await box.DaemonPids()).Daemon).IsEqualTo(daemon);
        var log = TspmBox.Text(Path.Combine(box.Home, "daemon.log"));
        await Assert.That(log).DoesNotContain("internal error").And.DoesNotContain("\n   at ");
    }
}
