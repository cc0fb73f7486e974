using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// A daemon that dies is back at once; that it died, when, of what and how often is told wherever a person looks.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class DaemonDeathScenarios
{
    /// <summary>
    /// Loaded into every process of the box: a daemon that starts while the file is there dies of SIGXFSZ.
    /// </summary>
    const string Fatal = """
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>
        __attribute__((constructor)) static void die(void) {
            char words[4096]; const char *file = getenv("FATAL_FILE");
            FILE *own = fopen("/proc/self/cmdline", "r");
            if (!own) return;
            size_t n = fread(words, 1, sizeof words - 1, own); fclose(own); words[n] = 0;
            size_t first = strlen(words) + 1;
            if (first >= n || strcmp(words + first, "__daemon") || !file || access(file, F_OK)) return;
            signal(SIGXFSZ, SIG_DFL);
            raise(SIGXFSZ);
        }
        """;

    [Test]
    public async Task One_kill_is_reported_by_list_status_events_and_daemon_log(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "a", "--", "sleep", "1000");
        var before = (await box.Status()).GetProperty("daemonDeaths");
        await Assert.That((before.GetProperty("count").GetInt32(), before.GetProperty("last").ValueKind))
            .IsEqualTo((0, JsonValueKind.Null));
        await Assert.That((await box.Ok("status")).Out).DoesNotContain("daemon deaths");
        await Assert.That((await box.Ok("list")).Err).IsEqualTo("");
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon);

        var deaths = (await UntilAnother(box, daemon)).GetProperty("daemonDeaths");
        await Assert.That(deaths.GetProperty("count").GetInt32()).IsEqualTo(1);
        await Assert.That(deaths.GetProperty("since").GetDateTimeOffset())
            .IsEqualTo(before.GetProperty("since").GetDateTimeOffset());
        var last = deaths.GetProperty("last");
        await Assert.That((last.GetProperty("pid").GetInt32(), last.GetProperty("cause").GetString()))
            .IsEqualTo((daemon, "killed by SIGKILL"));
        await Assert.That((await box.Ok("status")).Out).Contains("daemon deaths\tonce, at ").And
            .Contains($"(pid {daemon}, killed by SIGKILL)");
        var list = await box.Ok("list");
        await Assert.That(list.Out).DoesNotContain("died");
        await Assert.That(list.Err).StartsWith("the daemon died once, at ").And
            .Contains($" (pid {daemon}, killed by SIGKILL) and was restarted; no process was stopped. For "
                + "details: tspm events --kind daemonDied");
        await Assert.That((await box.Ok("list", "--json")).Err).IsEqualTo("");
        await Assert.That(await UntilDied(box, 1)).Contains($"the daemon (pid {daemon}) died at ").And
            .Contains("killed by SIGKILL. That makes 1 death since ");
        await box.UntilFile("h/daemon.log", $"the daemon (pid {daemon}) died at ");
    }

    [Test]
    public async Task Deaths_are_told_once_and_the_count_survives_an_upgrade(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "a", "--", "sleep", "1000");
        for (var kills = 1; kills <= 2; kills++)
        {
            var (daemon, _) = await box.DaemonPids();
            LiveProcess.Kill(daemon, kills == 1 ? LiveProcess.SIGKILL : 6);
            await UntilAnother(box, daemon);
            await UntilDied(box, kills);
        }
        await box.Ok("daemon", "upgrade");
        var deaths = (await box.Status()).GetProperty("daemonDeaths");
        await Assert.That((deaths.GetProperty("count").GetInt32(),
            deaths.GetProperty("last").GetProperty("cause").GetString())).IsEqualTo((2, "killed by SIGABRT"));
        await Assert.That((await Died(box)).Count).IsEqualTo(2);
        await box.Ok("daemon", "restart");
        await Assert.That((await box.Status()).GetProperty("daemonDeaths").GetProperty("count").GetInt32())
            .IsEqualTo(0);
        await Assert.That(File.Exists(Path.Combine(box.Home, "run", "daemon-deaths.json"))).IsFalse();
    }

    [Test]
    public async Task The_count_survives_a_change_of_guardians(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "a", "--", "sleep", "1000");
        var (daemon, guardian) = await box.DaemonPids();
        var since = (await box.Status()).GetProperty("daemonDeaths").GetProperty("since").GetDateTimeOffset();
        LiveProcess.Kill(daemon);
        await UntilAnother(box, daemon);
        using var successor = box.Begin("daemon", "--take-over");
        await box.UntilGone(guardian);
        var deaths = (await UntilAnother(box, daemon)).GetProperty("daemonDeaths");
        await Assert.That((deaths.GetProperty("count").GetInt32(), deaths.GetProperty("since").GetDateTimeOffset()))
            .IsEqualTo((1, since));
        await box.Ok("daemon", "stop");
    }

    [Test]
    public async Task A_daemon_that_dies_again_and_again_is_named_by_every_client_and_by_the_next_one_that_lives(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Variables["FATAL_FILE"] = Path.Combine(box.Folder, "fatal");
        await Preload.Use(box, "die", Fatal);
        await box.Ok("start", "--name", "a", "--", "sleep", "1000");
        Preload.Stop(box);
        var pid = await box.PidOf("a");
        var (daemon, guardian) = await box.DaemonPids();
        box.Write("fatal", "");
        LiveProcess.Kill(daemon);
        await box.UntilFile("h/run/daemon-deaths.json", "SIGXFSZ");

        var listed = (await box.Run("list")).Exits(5);
        listed.Says("the daemon has died").Says("times since").Says("killed by SIGXFSZ")
            .Says($"its guardian (pid {guardian}) keeps starting it").Says($"daemon.log in {box.Home}");
        var status = (await box.Run("status", "--json")).Exits(5).Says("killed by SIGXFSZ");
        await Assert.That(status.Json.GetProperty("running").GetBoolean()).IsFalse();
        await Assert.That(status.Json.GetProperty("daemonDeaths").GetProperty("count").GetInt32()).IsGreaterThan(10);
        await Assert.That((await box.Run("daemon", "stop")).Exits(5).Err).Contains("killed by SIGXFSZ").And
            .DoesNotContain("hello");

        File.Delete(Path.Combine(box.Folder, "fatal"));
        var deaths = (await UntilAnother(box, daemon)).GetProperty("daemonDeaths");
        var count = deaths.GetProperty("count").GetInt32();
        // At once, then 0.1 s, 0.2 s … 0.5 s apart: the loop is slow, and never slower.
        var seconds = (
            deaths.GetProperty("last").GetProperty("at").GetDateTimeOffset() - deaths.GetProperty(
                "since").GetDateTimeOffset()).TotalSeconds;
        await Assert.That(count).IsLessThan((int)(seconds / 0.5) + 10);
        await Assert.That(await UntilDied(box, 1)).Contains("times before it could report it").And
            .Contains($"{count} deaths since");
        await Assert.That(await box.PidOf("a")).IsEqualTo(pid);
    }

    /// <summary>The state of a guardian whose daemons keep dying: how many in a row, and of what.</summary>
    [Test]
    public async Task A_client_reads_how_many_daemons_died_in_a_row_and_of_what(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Variables["FATAL_FILE"] = Path.Combine(box.Folder, "fatal");
        await Preload.Use(box, "die", Fatal);
        await box.Ok("start", "--name", "a", "--", "sleep", "1000");
        Preload.Stop(box);
        var (daemon, _) = await box.DaemonPids();
        box.Write("fatal", "");
        LiveProcess.Kill(daemon);
        var note = Path.Combine(box.Home, "run", "daemon-deaths.json");
        JsonElement Last() =>
            JsonDocument.Parse(File.ReadAllText(note)).RootElement.GetProperty("deaths").GetProperty("last");
        await box.Until(() => File.Exists(note) && Last().GetProperty("consecutive").GetInt32() >= 4,
            "four daemons died in a row");
        await Assert.That(Last().GetProperty("cause").GetString()).IsEqualTo("killed by SIGXFSZ");

        File.Delete(Path.Combine(box.Folder, "fatal"));
        var last = (await UntilAnother(box, daemon)).GetProperty("daemonDeaths").GetProperty("last");
        await Assert.That(last.GetProperty("consecutive").GetInt32()).IsGreaterThanOrEqualTo(4);
        await Assert.That(last.GetProperty("cause").GetString()).IsEqualTo("killed by SIGXFSZ");
    }

    static async Task<JsonElement> UntilAnother(TspmBox box, int former) => (await box.Until(
        async () =>
            await box.Run("status", "--json") is { ExitCode: 0 } ran
                && ran.Json.GetProperty("pid").GetInt32() != former ? ran : null, "another daemon answers")).Json;

    static async Task<List<string>> Died(TspmBox box) =>
        [.. (await box.Ok("events", "--lines", "1000")).Lines.Where(line =>
            line.Split('\t') is [_, "-", "daemonDied", ..]).Select(line => line.Split('\t')[^1])];

    /// <summary>Until so many deaths are told; the sentence of the last one.</summary>
    static Task<string> UntilDied(TspmBox box, int times) =>
        box.Until(async () => await Died(box) is var told && told.Count == times ? told[^1] : null,
            $"{times} events tell of deaths");
}
