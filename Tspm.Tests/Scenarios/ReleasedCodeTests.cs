using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>A guardian and a daemon that only wait hold little more code than they need to wait.</summary>
[Timeout(60_000), ParallelLimiter<ScenarioLimit>]
public class ReleasedCodeTests
{
    /// <summary>
    /// In KiB. The executable has about 7000 of code and tables; released and waiting, the guardian was seen with 640
    /// and the daemon with 832. Releasing the code while still reading what to release left 1600 in each.
    /// </summary>
    const int MostCode = 1250;

    [Test]
    public async Task An_idle_guardian_and_an_idle_daemon_release_their_code(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "a");
        var (daemon, guardian) = await box.DaemonPids();
        await box.Until(() => ResidentCode(daemon) < MostCode, "the daemon released its code");
        await box.Until(() => ResidentCode(guardian) < MostCode, "the guardian released its code");
        // Both come back to life with all that they need.
        LiveProcess.Kill(await box.PidOf("a"));
        await box.Until("a", entry => entry is { IsOnline: true, Restarts: 1 }, "a was restarted");
    }

    /// <summary>KiB of the executable's code in memory: man 5 proc_pid_smaps.</summary>
    static int ResidentCode(int pid)
    {
        var kilobytes = 0;
        var isCode = false;
        foreach (var line in File.ReadLines($"/proc/{pid}/smaps"))
        {
            if (line.Contains(" r-xp ")) isCode = line.Contains("tspm");
            else if (line.Contains("-p ") || line.Contains("-s ")) isCode = false;
            else if (isCode && line.StartsWith("Rss:"))
                kilobytes += int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        }
        return kilobytes;
    }
}
