using System.Globalization;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Tests.Client.Terminal;

namespace Tspm.Tests.Client.Output;

/// <summary>Processes for pictures of lists.</summary>
internal static class SampleProcesses
{
    /// <summary>The user's clock, in whatever time zone the test runs.</summary>
    public static readonly DateTimeOffset Now = Local(2026, 11, 30, 12, 0);

    static DateTimeOffset Local(int year, int month, int day, int hour, int minute)
    {
        var time = new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Unspecified);
        return new DateTimeOffset(time, TimeZoneInfo.Local.GetUtcOffset(time));
    }

    /// <summary>Names that terminals find difficult are among plain ones, in all states.</summary>
    public static ProcessStatus[] Some(int count) => [.. Enumerable.Range(0, count).Select(Process)];

    static ProcessStatus Process(int number)
    {
        var difficult = Letters.Difficult;
        var name = number % 2 == 0 && number / 2 < difficult.Length ? difficult[number / 2]
            : string.Create(CultureInfo.InvariantCulture, $"worker-{number}");
        var process = OutputTests.Status(name, number + 1) with
        {
            Pid = 4000 + number * 37,
            Restarts = number * number % 7,
            CpuPercent = number * 13 % 50 / 10.0,
            MemoryBytes = (number * 17L % 300 + 1) << 20,
            UptimeMs = (number + 1) * 1_234_567L,
            Ports = number % 5 == 0 ? [8000 + number] : [],
        };
        var gone = process with { Pid = null, UptimeMs = null, CpuPercent = null, MemoryBytes = null, Ports = null };
        var failed = new LastRun { EndedAt = Now.AddMinutes(-3), ExitCode = 7, Cause = CauseCode.Crash };
        return (number % 10) switch
        {
            3 => gone with { State = ProcessState.Waiting, NextStartInMs = 2100, LastRun = failed, ExitCode = 7 },
            5 => process with { State = ProcessState.Starting, WaitsFor = "tcp 127.0.0.1:8080" },
            6 => gone with { State = ProcessState.Stopped, NextRunAt = Local(2026, 12, 1, 2, 30) },
            7 => gone with
            {
                State = ProcessState.Errored,
                LastRun = failed,
                Reason = "exited 7; gave up after 10 failures in a row; see: tspm why NAME",
            },
            8 => process with { Health = false, LastRun = failed, ExitCode = 7 },
            _ => process,
        };
    }
}
