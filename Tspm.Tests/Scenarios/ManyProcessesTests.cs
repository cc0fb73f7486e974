using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Many at once.</summary>
[Timeout(120_000), NotInParallel("many processes")]
public class ManyProcessesTests
{
    [Test]
    public async Task A_thousand_processes_are_started_listed_and_stopped(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "-i", "1000", "--", "sleep", "1000");
        var list = await box.List();
        await Assert.That(list.Count(entry => entry.IsOnline)).IsEqualTo(1000);
        await Assert.That(list.Select(entry => entry.Pid).Distinct().Count()).IsEqualTo(1000);
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon);
        var after = await box
            .Until(async () => await box.Run("list", "--json") is { ExitCode: 0 } ran ? ran : null,
                "the daemon is back");
        var pids = after.Json.EnumerateArray().Select(entry => new Entry(entry).Pid);
        await Assert.That(pids.SequenceEqual(list.Select(entry => entry.Pid))).IsTrue();
        await box.Ok("stop-all");
        await Assert.That((await box.List()).Count(entry => entry.State == "stopped")).IsEqualTo(1000);
        await Assert.That(list.Count(entry => LiveProcess.IsAlive(entry.Pid!.Value))).IsEqualTo(0);
    }

    /// <summary>
    /// With many descriptors open a child is started from a thread that has none of them to copy and to close; all else
    /// is as with few.
    /// </summary>
    [Test]
    public async Task However_many_descriptors_the_daemon_has_a_start_copies_three(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "-i", "100", "--", "sh", "-c",
            "echo $TSPM_INSTANCE $PWD; exec sleep 1000");
        var (daemon, _) = await box.DaemonPids();
        await Assert.That(Directory.GetFiles($"/proc/{daemon}/fd").Length).IsGreaterThan(400);
        var spawner = Directory.GetDirectories($"/proc/{daemon}/task")
            .Single(task => File.ReadAllText(task + "/comm") == "spawn\n");
        await Assert.That(Names(spawner + "/fd")).IsEqualTo("0 1 2");
        await box.UntilOut("w~99", $"99 {box.Folder}\n");
        var last = await box.PidOf("w:99");
        // Not before: while its libraries are loaded it has them open.
        await box.Until(() => LiveProcess.CommandOf(last) == "sleep 1000" && Names($"/proc/{last}/fd") == "0 1 2",
            "the program has three descriptors");
        box.Write("broken", "\u007fELF, it says");
        File.SetUnixFileMode(Path.Combine(box.Folder, "broken"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        (await box.Run("start", "./broken")).Exits(1).Says("Exec format error");
        await box.Ok("start", "--name", "server", "--listen", $"unix:{box.Folder}/s.sock", "--", "sh", "-c",
            "[ -S /proc/self/fd/3 ] && echo a socket; exec sleep 1000");
        await box.UntilOut("server", "a socket\n");
    }

    static string Names(string folder) =>
        string.Join(' ', Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order());
}
