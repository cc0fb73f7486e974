using Tspm.Legacy;
using Tspm.Model.Config;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>
/// Prevents a program that an older Tspm still runs from being started a second time. Checked only before the first
/// start of a migrated process. A process that is held back waits until the program and its manager have ended, which
/// the kernel reports.
/// </summary>
internal sealed class LegacyRuns(SupervisionServices services, ProcessTable table)
{
    readonly LegacyProgramReader _programs = new(services);
    readonly Dictionary<int, LegacyProgram> _found = [];

    /// <summary>Finds the legacy program that runs this config, or null. Replaceable in tests.</summary>
    public Func<ProcessConfig, Func<int, bool>, LegacyProgram?> Find { get; set; } = static (config, isOurs) =>
        LegacyPrograms.Find(config, LegacyProgramReader.ReadAll(), isOurs);

    /// <summary>Called when a process that was held back may be able to start.</summary>
    public Action? Released { get; set; }

    /// <summary>Why the process must not be started here; null if it may.</summary>
    public string? Holds(SupervisedProcess process)
    {
        var config = process.Definition.Config;
        if (config.LegacyId is null) return null;
        if (_found.TryGetValue(process.Key.Id, out var known))
        {
            if (known.IsAlive) return Why(known);
            _found.Remove(process.Key.Id);
        }
        // A process that has already run here belongs to this daemon.
        if (process.View is not { RunId: 0, RecentExits.Count: 0 }
            || Find(config, IsOurs) is not { } found) return null;
        _found[process.Key.Id] = found;
        _programs.WhenEnded(found.Program, () => Released?.Invoke());
        if (found.Manager is { } manager) _programs.WhenEnded(manager, () => Released?.Invoke());
        return Why(found);
    }

    static string Why(LegacyProgram found) =>
        $"{found.Words}; to stop that one and start the process here: tspm migrate --take-over";

    bool IsOurs(int pid)
    {
        foreach (var process in table.Processes)
            if (process.Child?.Pid == pid) return true;
        return false;
    }
}
