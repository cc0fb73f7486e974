using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Programs that run now and then and end by themselves: nothing starts them that does not mean
/// them.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class JobTests
{
    const string Work = "echo ran >> runs; echo done";

    static Task<Ran> AddJob(TspmBox box, string name, params string[] more) =>
        box.Ok(["add", Work, "--name", name, "--job", "--cron", "0 3 1 1 *", "--time-zone", "UTC", .. more]);

    [Test]
    [Arguments("start all")]
    [Arguments("start-all")]
    [Arguments("restart all")]
    [Arguments("restart-all")]
    [Arguments("reload all")]
    [Arguments("start night*")]
    [Arguments("restart /^n/")]
    [Arguments("reload nights")] // the namespace
    [Arguments("start all --force")]
    public async Task What_does_not_name_a_job_leaves_it_alone_and_says_so(string command,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await AddJob(box, "nightly", "--namespace", "nights");
        await box.Ok("start", "sleep 1000", "--name", "night-watch", "--namespace", "nights");
        (await box.Ok(command.Split(' '))).Says("the job 'nightly' was left out; to run it now, start it by name");
        await Assert.That((await box.Get("night-watch")).State).IsEqualTo("online");
        var nightly = await box.Get("nightly");
        await Assert.That(nightly.State).IsEqualTo("stopped");
        await Assert.That(nightly.Json.GetProperty("startedAt").ValueKind).IsEqualTo(JsonValueKind.Null);
        await Assert.That(File.Exists(Path.Combine(box.Folder, "runs"))).IsFalse();
    }

    [Test]
    [Arguments("start nightly")]
    [Arguments("restart nightly")]
    [Arguments("start 0")]
    [Arguments("start all nightly")]
    public async Task A_job_that_is_named_runs(string command, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await AddJob(box, "nightly");
        await box.Ok(command.Split(' '));
        await box.UntilFile("runs", "ran\n");
    }

    [Test]
    public async Task A_stop_ends_a_run_and_not_the_schedule_and_all_includes_jobs(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "long job", "--job", "--cron", "0 3 1 1 *", "--time-zone", "UTC");
        (await box.Ok("stop", "all"))
            .Says("'long job' is a job and runs again at its next scheduled time; to disable it: ")
            .Says("tspm set 'long job' enabled=false");
        var job = await box.Get("long job");
        await Assert.That(job.State).IsEqualTo("stopped");
        await Assert.That(job.Json.GetProperty("nextRunAt").ValueKind).IsEqualTo(JsonValueKind.String);
        await box.Ok("set", "long job", "enabled=false");
        await box.Until("long job", entry => entry.Json.GetProperty("nextRunAt").ValueKind == JsonValueKind.Null,
            "it is not armed");
        await Assert.That((await box.Ok("stop", "all")).Err).IsEqualTo("");
        await box.Ok("delete", "all");
        await Assert.That(await box.List()).IsEmpty();
    }

    [Test]
    public async Task A_needed_job_runs_for_what_needs_it(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", Work, "--name", "migrate", "--job");
        await box.Ok("add", "sleep 1000", "--name", "web", "--depends-on", "migrate:completed");
        await Assert.That((await box.Ok("start", "all")).Err).DoesNotContain("left out");
        await Assert.That((await box.Get("web")).State).IsEqualTo("online");
        await Assert.That(TspmBox.Text(Path.Combine(box.Folder, "runs"))).IsEqualTo("ran\n");
    }

    [Test]
    [Arguments("for i in 1 2 3; do echo $i; done; exit 7", 7, "3")]
    [Arguments("seq 100", 0, "100")]
    [Arguments("sleep 0.3; echo late; exit 3", 3, "late")]
    [Arguments("echo killed; kill -9 $$", 137, "killed")]
    public async Task An_attached_job_is_shown_whole_and_the_command_ends_with_it(string script, int code, string last,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var ran = (await box.Run("start", "--name", "job", "--job", "--attach", "--", "sh", "-c", script)).Exits(code);
        await Assert.That(ran.Lines[^1]).IsEqualTo(last);
        if (script.StartsWith("seq", StringComparison.Ordinal)) await Assert.That(ran.Lines.Length).IsEqualTo(101);
        // Once more: what an earlier run wrote is not shown again.
        ran = (await box.Run("start", "job", "--attach", "--json")).Exits(code);
        await Assert.That(ran.Lines[^1]).Contains($"\"text\":\"{last}\"");
        await Assert.That(ran.Lines.Count(line => line.Contains($"\"text\":\"{last}\""))).IsEqualTo(1);
    }

    [Test]
    public async Task An_attached_program_that_is_not_restarted_ends_too_also_when_it_is_stopped_or_deleted(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("start", "--name", "once", "--restart", "never", "--attach", "--", "sh", "-c",
            "exit 5")).Exits(5);
        using var stopped = box.Begin("start", "sleep 1000", "--name", "slow", "--job", "--attach");
        await box.UntilState("slow", "online");
        await box.Ok("stop", "slow");
        await Assert.That(await stopped.End()).IsEqualTo(143);
        using var deleted = box.Begin("start", "slow", "--attach");
        await box.UntilState("slow", "online");
        await box.Ok("delete", "slow");
        await Assert.That(await deleted.End()).IsNotEqualTo(0);
    }
}
