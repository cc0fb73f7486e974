using System.IO.Compression;
using System.Text;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// Rotation, compression, flush and reopen through the real daemon, and their survival when it is killed in the middle
/// of them.
/// </summary>
[Timeout(180_000), ParallelLimiter<ScenarioLimit>]
public class RotationTests
{
    const int Kills = 50;

    [Test]
    public async Task Killed_in_the_middle_of_rotations_and_compression_every_line_is_there_once(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "numbers", """
            #include <stdio.h>
            #include <string.h>
            #include <unistd.h>
            /* Numbered lines, in bursts of all sizes, until a file called "enough" is there. */
            int main(void) {
                char line[64], burst[65536]; int used = 0, i;
                for (i = 0; access("enough", F_OK) != 0; i++) {
                    int n = sprintf(line, "line %d%.*s\n", i, i % 30, "..............................");
                    memcpy(burst + used, line, n); used += n;
                    if (used > (i * 7919) % 20000) { if (write(1, burst, used) != used) return 1; used = 0; usleep(200); }
                }
                used += sprintf(burst + used, "end %d\n", i);
                return write(1, burst, used) != used;
            }
            """);
        await box.Ok("start", "--name", "n", "--no-autorestart", "--log-max-size", "20KB", "--log-keep", "1000", "--",
            program);
        var log = box.OutLog("n");
        var random = new Random(3);
        var daemon = (await box.DaemonPids()).Daemon;
        for (var kill = 0; kill < Kills; kill++)
        {
            // At any instant of the work, which is rotations most of the time: no waiting for one here.
            await Task.Delay(random.Next(40), cancellation);
            LiveProcess.Kill(daemon);
            var dead = daemon;
            await box.Until(() => (daemon = DaemonOf(box, dead)) != 0, "another daemon is there");
        }
        box.Write("enough", "");
        await box.UntilState("n", "stopped");
        await Assert.That((await box.Run("status", "--json")).ExitCode).IsEqualTo(0);
        await box.Until(() => Read(log).Contains("end "), "the end is in the log");

        var text = Read(log);
        var lines = text.Split('\n')[..^1];
        for (var i = 0; i < lines.Length - 1; i++)
            if (lines[i] != $"line {i}{new string('.', i % 30)}")
                throw new InvalidOperationException($"line {i} of {lines.Length} is '{lines[i]}'");
        await Assert.That(lines[^1]).IsEqualTo($"end {lines.Length - 1}");
        await Assert.That(Files(log).Count).IsGreaterThan(20);
        await Assert.That(Files(log).Count(file => file.EndsWith(".gz", StringComparison.Ordinal))).IsGreaterThan(0);
        await Assert.That(Files(log).Where(file => !file.EndsWith(".gz", StringComparison.Ordinal)).All(file =>
            LengthOf(file) <= 20 << 10)).IsTrue();
    }

    [Test]
    public async Task Set_changes_the_limits_at_the_next_start(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "n", "--no-autorestart", "--log-max-size", "1KB", "--log-keep", "2", "--",
            "/bin/sh", "-c", "seq 1 5000");
        await box.UntilState("n", "stopped");
        await box.Until(() => Read(box.OutLog("n")).Contains("5000"), "all is printed");
        await Assert.That(Files(box.OutLog("n")).Count).IsEqualTo(3);
        await box.Ok("set", "n", "--log-max-size", "0", "log.compress=false");
        await box.Ok("flush", "n");
        await Assert.That(Files(box.OutLog("n")).Count).IsEqualTo(1);
        await box.Ok("start", "n");
        await box.Until(() => Read(box.OutLog("n")).Contains("5000"), "all is printed again");
        await Assert.That(Files(box.OutLog("n")).Count).IsEqualTo(1);
        var config = (await box.Ok("describe", "n", "--json")).Json.GetProperty("config").GetProperty("log");
        await Assert.That(config.GetProperty("maxSizeBytes").GetInt64()).IsEqualTo(0);
        await box.Ok("delete", "n", "--logs");
        await Assert.That(Directory.GetFiles(Path.Combine(box.Home, "logs"))).IsEmpty();
    }

    [Test]
    public async Task Reopen_goes_on_in_a_new_file_after_a_move(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "c", "--stdin", "pipe", "--", "cat");
        await box.Ok("send", "c", "before");
        await box.UntilOut("c", "before");
        File.Move(box.OutLog("c"), box.OutLog("c") + ".moved");
        await box.Ok("reopen", "c");
        await box.Ok("send", "c", "after");
        await Assert.That(await box.UntilOut("c", "after")).IsEqualTo("after\n");
        await Assert.That(TspmBox.Text(box.OutLog("c") + ".moved")).IsEqualTo("before\n");
        (await box.Run("reopen", "nobody")).Exits(3);
        await box.Ok("reopen");
    }

    [Test]
    [Arguments("{\"logsTotalMaxBytes\": -1}", "logsTotalMaxBytes must be a whole number, 0 or more")]
    [Arguments("{\"logsTotalMaxBites\": 1}", "logsTotalMaxBites is not a known field")]
    [Arguments("{", "not valid JSON")]
    public async Task A_wrong_setting_is_said_and_nothing_else_happens(string settings, string sentence,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(box.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(box.Home, "settings.json"), settings);
        (await box.Ok("daemon", "start")).Says("settings.json is ignored").Says(sentence);
        await Assert.That((await box.Ok("start", "--name", "s", "--", "sleep", "1000")).Err).IsEqualTo("");
        await Assert.That((await box.Ok("status", "--json")).Json.GetProperty("troubles").ToString())
            .Contains("settings.json is ignored").And.Contains(sentence);
    }

    [Test]
    public async Task The_total_of_all_logs_is_kept(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(box.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(box.Home, "settings.json"), "{\"logsTotalMaxBytes\": 100000}");
        foreach (var name in new[] { "a", "b" })
            await box.Ok("start", "--name", name, "--no-autorestart", "--log-max-size", "10KB", "--log-keep", "500",
                "--", "/bin/sh", "-c", "od -An -tx1 -N 200000 /dev/urandom");
        foreach (var name in new[] { "a", "b" }) await box.UntilState(name, "stopped");
        var logs = Path.Combine(box.Home, "logs");
        await box.Until(() =>
            Directory.GetFiles(logs).Select(file => new FileInfo(file)).Where(file => file.Exists).Sum(file =>
                file.Length) <= 100_000, "the logs are within their total");
        await Assert.That(File.Exists(box.OutLog("a")) && File.Exists(box.OutLog("b"))).IsTrue();
    }

    /// <summary>
    /// The pid of a daemon other than the dead one that answers; 0: none yet. From its state file: a command for each
    /// of many kills takes too long.
    /// </summary>
    static int DaemonOf(TspmBox box, int dead)
    {
        try
        {
            using var state = System.Text.Json.JsonDocument
                .Parse(File.ReadAllText(Path.Combine(box.Home, "daemon.state")));
            var pid = state.RootElement.GetProperty("pid").GetInt32();
            return pid != dead && LiveProcess.IsAlive(pid) ? pid : 0;
        }
        catch (Exception e) when (e is IOException or System.Text.Json.JsonException)
        {
            return 0;
        }
    }

    /// <summary>All files of a log, oldest first.</summary>
    static List<string> Files(string log)
    {
        var files = new List<string> { log };
        for (var number = 1; ; number++)
        {
            if (File.Exists($"{log}.{number}.gz")) files.Insert(0, $"{log}.{number}.gz");
            else if (File.Exists($"{log}.{number}")) files.Insert(0, $"{log}.{number}");
            // Compressed, and the plain one removed, between the first look and the second.
            else if (File.Exists($"{log}.{number}.gz")) number--;
            else return files;
        }
    }

    /// <summary>The whole stream; what is being rotated right now is read again.</summary>
    static string Read(string log)
    {
        while (true)
        {
            try
            {
                var all = new MemoryStream();
                foreach (var path in Files(log))
                {
                    using var file = new FileStream(path, FileMode.Open, FileAccess.Read,
                        FileShare.ReadWrite | FileShare.Delete);
                    using Stream plain = path.EndsWith(".gz", StringComparison.Ordinal)
                        ? new GZipStream(file, CompressionMode.Decompress)
                        : file;
                    plain.CopyTo(all);
                }
                return Encoding.ASCII.GetString(all.ToArray());
            }
            catch (FileNotFoundException)
            {
                // Renamed or compressed meanwhile.
            }
        }
    }

    /// <summary>0: it was compressed meanwhile.</summary>
    static long LengthOf(string file)
    {
        try
        {
            return new FileInfo(file).Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
