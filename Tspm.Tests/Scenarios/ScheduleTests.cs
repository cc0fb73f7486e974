using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Real programs that are started or restarted by the clock.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ScheduleTests
{
    [Test]
    public async Task A_program_is_restarted_when_its_time_comes_and_a_stopped_one_is_not(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "web", "--cron", "* * * * * *", "--time-zone", "Europe/Berlin");
        await box.Ok("add", "sleep 1000", "--name", "down", "--cron-restart", "* * * * * *");
        var web = await box.Until("web", entry => entry.Restarts > 1, "web was restarted");
        await Assert.That(web.Reason).IsEqualTo("schedule: * * * * * *");
        await Assert.That(web.Json.GetProperty("nextRunAt").GetDateTimeOffset())
            .IsGreaterThan(DateTimeOffset.UtcNow.AddMinutes(-1));
        await Assert.That((await box.Get("down")).State).IsEqualTo("stopped");
        await box.Ok("set", "web", "schedule=");
        await Assert.That((await box.Get("web")).Json.GetProperty("nextRunAt").ValueKind).IsEqualTo(JsonValueKind.Null);
    }

    [Test]
    public async Task A_job_runs_again_and_again_and_the_next_time_is_shown(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("jobs.json", """
            { "processes": [{ "name": "job", "command": "sh", "args": ["-c", "echo run >> runs"], "schedule": { "cron": "*/1 * * * * *", "action": "start" } },
                            { "name": "night", "command": "true", "schedule": { "cron": "0 3 * * *", "action": "start", "overlap": "queue", "timeZone": "UTC" } }] }
            """);
        await box.Ok("add", "jobs.json");
        await box.UntilFile("runs", "run\nrun\nrun\n");
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon);
        await box.UntilGone(daemon);
        var soFar = File.ReadAllText(Path.Combine(box.Folder, "runs"));
        await box.UntilFile("runs", soFar + "run\nrun\n");
        await Assert.That((await box.Get("night")).Json.GetProperty("nextRunAt").GetDateTimeOffset().UtcDateTime.Hour)
            .IsEqualTo(3);
        await Assert.That((await box.Ok("list", "night")).Out).Contains("\tstopped\t").And.Contains("\tnext run ");
        await Assert.That((await box.Ok("describe", "night")).Out).Contains("next run\t");
        await box.Ok("set", "job", "enabled=false");
        await box.UntilState("job", "stopped");
    }

    [Test]
    [Arguments("61 * * * *", "61 * * * *")]
    [Arguments("0 0 31 2 *", "never comes")]
    [Arguments("often", "5 fields")]
    public async Task A_time_that_makes_no_sense_is_refused(string cron, string says, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("start", "sleep 1000", "--name", "x", "--cron", cron)).Exits(2).Says(says);
        (await box.Run("add", "sleep 1000", "--name", "x", "--cron", "0 3 * * *", "--time-zone", "Europe/Nowhere"))
            .Exits(2).Says("Europe/Nowhere").Says("no such time zone");
    }

    [Test]
    public async Task Without_a_time_zone_database_that_is_said(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Variables["TZDIR"] = Path.Combine(box.Folder, "nowhere");
        (await box.Run("add", "sleep 1000", "--name", "x", "--cron", "0 3 * * *", "--time-zone", "Europe/Berlin"))
            .Exits(2).Says("install tzdata");
        await box.Ok("add", "sleep 1000", "--name", "y", "--cron", "0 3 * * *", "--time-zone", "UTC");
    }
}
