using System.Globalization;
using Tspm.Client.Output;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Tests.Client;

/// <summary>What <c>list</c> says of a process beside its state.</summary>
[Timeout(30_000)]
public sealed class ProcessInfoTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    static ProcessStatus In(ProcessState state) =>
        OutputTests.Status() with { State = state, Pid = null, UptimeMs = null, Reason = "the reason" };

    static string Info(ProcessStatus status) => ProcessInfo.Describe(status, Now);

    static LastRun Ended(int? code, string? cause, string ago, string? signal = null) => new()
    {
        EndedAt = Now - TimeSpan.Parse(ago, CultureInfo.InvariantCulture),
        ExitCode = code,
        Signal = signal,
        Cause = cause,
    };

    [Test]
    public async Task A_one_shot_that_has_completed_differs_from_one_that_never_ran(CancellationToken cancel)
    {
        var stopped = In(ProcessState.Stopped);
        await Assert.That(Info(stopped)).IsEqualTo("never started");
        await Assert.That(Info(stopped with { LastRun = Ended(0, CauseCode.Exit, "0:03:20"), ExitCode = 0 }))
            .IsEqualTo("completed (exit 0, 3 min ago)");
        await Assert.That(Info(stopped with { LastRun = Ended(3, CauseCode.Crash, "2:10:00"), ExitCode = 3 }))
            .IsEqualTo("failed (exit 3, 2 h ago)");
        await Assert.That(Info(stopped with { LastRun = Ended(null, CauseCode.Crash, "50.00:00:00", "SIGSEGV") }))
            .IsEqualTo("failed (SIGSEGV, 50 d ago)");
        await Assert.That(Info(stopped with { LastRun = Ended(null, CauseCode.User, "0:00:01", "SIGTERM") }))
            .IsEqualTo("");
        // What an older daemon says: no last run, but an exit; then nothing is claimed.
        await Assert.That(Info(stopped with { ExitCode = 0 })).IsEqualTo("");
        await Assert.That(Info(stopped with { Signal = "SIGTERM" })).IsEqualTo("");
    }

    [Test]
    public async Task Another_clock_never_makes_an_end_lie_ahead(CancellationToken cancel) =>
        await Assert.That(Info(In(ProcessState.Stopped) with { LastRun = Ended(0, CauseCode.Exit, "-0:01:00") }))
            .IsEqualTo("completed (exit 0, 0 s ago)");

    [Test]
    public async Task A_waiting_process_says_what_for(CancellationToken cancel)
    {
        var waiting = In(ProcessState.Waiting);
        await Assert.That(Info(waiting with { NextStartInMs = 1200 })).IsEqualTo("restarts in 2 s");
        await Assert.That(Info(waiting with { Reason = "waits for db to be ready" }))
            .IsEqualTo("waits for db to be ready");
        await Assert.That(Info(waiting with { Reason = "ending leftover processes", KillInMs = 2500 }))
            .IsEqualTo("ending leftover processes, SIGKILL in 3 s");
        await Assert.That(Info(waiting with { Reason = "a\nb" })).IsEqualTo("a\\nb");
    }

    [Test]
    public async Task A_starting_process_says_for_which_probe_and_how_long(CancellationToken cancel)
    {
        var starting = In(ProcessState.Starting) with { Pid = 42, UptimeMs = 12_300, WaitsFor = "tcp 127.0.0.1:9" };
        await Assert.That(Info(starting with { StartTimeoutInMs = 47_700 }))
            .IsEqualTo("waits for tcp 127.0.0.1:9 (12 of 60 s)");
        await Assert.That(Info(starting with { StartTimeoutInMs = 287_700 }))
            .IsEqualTo("waits for tcp 127.0.0.1:9 (12 s of 5m)");
        await Assert.That(Info(starting)).IsEqualTo("waits for tcp 127.0.0.1:9");
        await Assert.That(Info(In(ProcessState.Starting))).IsEqualTo("");
        var reloading = OutputTests.Status() with
        {
            WaitsFor = "its new child: tcp 127.0.0.1:9",
            StartTimeoutInMs = 4200,
        };
        await Assert.That(Info(reloading)).IsEqualTo("waits for its new child: tcp 127.0.0.1:9 (5 s left)");
    }

    [Test]
    public async Task A_stopping_process_says_when_it_is_killed(CancellationToken cancel)
    {
        var stopping = In(ProcessState.Stopping) with { Pid = 42, StopSignal = "SIGTERM", KillInMs = 6200 };
        await Assert.That(Info(stopping)).IsEqualTo("SIGTERM sent, SIGKILL in 7 s");
        await Assert.That(Info(stopping with { KillInMs = null })).IsEqualTo("SIGKILL sent");
        await Assert.That(Info(stopping with { Pid = null, StopSignal = null }))
            .IsEqualTo("ending leftover processes, SIGKILL in 7 s");
        var hook = stopping with { Pid = null, StopSignal = null, KillInMs = null, WaitsFor = "its postStop hook" };
        await Assert.That(Info(hook)).IsEqualTo("waits for its postStop hook");
        // What an older daemon says.
        await Assert.That(Info(In(ProcessState.Stopping) with { Pid = 42 })).IsEqualTo("");
    }

    [Test]
    public async Task A_schedule_says_when_it_comes_next(CancellationToken cancel)
    {
        var job = In(ProcessState.Stopped) with { NextRunAt = Now.AddHours(10.5) };
        await Assert.That(Info(job)).IsEqualTo("next run 22:30");
        await Assert.That(Info(job with { NextRunAt = Now.AddDays(1) })).IsEqualTo("next run 12-01 12:00");
        await Assert.That(Info(job with { LastRun = Ended(0, CauseCode.Exit, "0:03:20") }))
            .IsEqualTo("next run 22:30");
        await Assert.That(Info(job with { LastRun = Ended(3, CauseCode.Crash, "0:03:20") }))
            .IsEqualTo("next run 22:30; last: failed (exit 3, 3 min ago)");
        await Assert.That(Info(job with { State = ProcessState.Online })).IsEqualTo("next run 22:30");
    }

    [Test]
    public async Task A_failure_is_mentioned_for_a_day_and_bad_health_as_long_as_it_lasts(CancellationToken cancel)
    {
        var online = OutputTests.Status() with { LastRun = Ended(7, CauseCode.Crash, "0:03:20") };
        await Assert.That(Info(online)).IsEqualTo("last: exit 7, 3 min ago");
        await Assert.That(Info(online with { LastRun = Ended(7, CauseCode.Crash, "23:59:00") })).Contains("23 h ago");
        await Assert.That(Info(online with { LastRun = Ended(7, CauseCode.Crash, "1.00:00:01") })).IsEqualTo("");
        await Assert.That(Info(online with { LastRun = Ended(0, CauseCode.User, "0:03:20") })).IsEqualTo("");
        await Assert.That(Info(online with { Health = false, NextRunAt = Now.AddHours(10.5) }))
            .IsEqualTo("unhealthy; next run 22:30; last: exit 7, 3 min ago");
        await Assert.That(Info(OutputTests.Status() with { Health = true })).IsEqualTo("");
    }

    [Test]
    public async Task A_process_that_was_given_up_says_how_it_ended(CancellationToken cancel)
    {
        var errored = In(ProcessState.Errored);
        await Assert.That(Info(errored with { LastRun = Ended(null, CauseCode.OutOfMemory, "2:00:00", "SIGKILL") }))
            .IsEqualTo("SIGKILL, 2 h ago");
        await Assert.That(Info(errored)).IsEqualTo("");
    }

    [Test]
    public async Task Totals_of_a_change_name_what_failed(CancellationToken cancel)
    {
        await Assert.That(Totals.Describe(["online", "online", "stopped"], ["web3", "web17"]))
            .IsEqualTo("2 online, 1 stopped, 2 failed: web3, web17");
        await Assert.That(Totals.Describe(["online"], [])).IsEqualTo("1 online");
        string[] many = [.. Enumerable.Range(0, 50).Select(static number => $"w{number}")];
        await Assert.That(Totals.Describe([], many)).IsEqualTo("50 failed: w0, w1, w2, w3, w4, w5, w6, w7, …");
    }
}
