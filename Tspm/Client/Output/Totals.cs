using System.Globalization;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>The last line on a terminal: how many processes are in which state.</summary>
internal static class Totals
{
    /// <summary>The most failed processes to name; the others are only counted.</summary>
    const int NamedFailures = 8;

    /// <summary>Good states come first, states that need attention last.</summary>
    static readonly ProcessState[] Order =
    [
        ProcessState.Online, ProcessState.Starting, ProcessState.Stopping, ProcessState.Stopped, ProcessState.Errored,
        ProcessState.Waiting,
    ];

    /// <summary><c>16 online, 1 errored, 1 waiting; cpu 3.2%, mem 120 MB</c>.</summary>
    public static string Describe(IReadOnlyList<ProcessStatus> processes)
    {
        List<string> readings = [];
        var (cpu, memory) = (0.0, 0L);
        foreach (var process in processes)
        {
            cpu += process.CpuPercent ?? 0;
            memory += process.MemoryBytes ?? 0;
        }
        if (processes.Any(static process => process.CpuPercent is not null))
            readings.Add($"cpu {Display.Cpu(cpu)}");
        if (processes.Any(static process => process.MemoryBytes is not null))
            readings.Add($"mem {Display.Memory(memory)}");
        var line = States(processes);
        return readings.Count > 0 ? $"{line}; {string.Join(", ", readings)}" : line;
    }

    /// <summary><c>16 online, 1 errored, 1 waiting</c>.</summary>
    public static string States(IReadOnlyList<ProcessStatus> processes)
    {
        List<string> states = [];
        foreach (var state in Order)
        {
            var count = processes.Count(process => process.State == state);
            if (count > 0) states.Add(Counted(count, Display.State(state)));
        }
        return string.Join(", ", states);
    }

    /// <summary><c>48 online, 2 failed: web3, web17</c>.</summary>
    /// <param name="done">The outcome of each success, in words.</param>
    /// <param name="failed">The names of the failed processes.</param>
    public static string Describe(IReadOnlyList<string> done, IReadOnlyList<string> failed)
    {
        List<string> parts = [];
        foreach (var words in done.Distinct()) parts.Add(Counted(done.Count(other => other == words), words));
        if (failed.Count > 0)
        {
            var rest = failed.Count > NamedFailures ? ", …" : "";
            parts.Add($"{Counted(failed.Count, "failed")}: {string.Join(", ", failed.Take(NamedFailures))}{rest}");
        }
        return string.Join(", ", parts);
    }

    static string Counted(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}");
}
