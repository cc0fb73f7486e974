using Tspm.Legacy;
using Tspm.Model.Config;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>
/// Keeps what an older Tspm still runs from being started a second time. Asked in front of the first start here of each
/// process that came by a migration, and of no other; who is held back waits until that program and its manager are
/// gone, of which the kernel tells.
/// </summary>
internal sealed class LegacyRuns(SupervisionServices services, ProcessTable table)
{
    readonly LegacyProgramReader _programs = new(services);
    readonly Dictionary<int, LegacyProgram> _found = [];

    /// <summary>Looks who runs it; null: nobody. Another one for tests.</summary>
    public Func<ProcessConfig, Func<int, bool>, LegacyProgram?> Find { get; set; } = static (config, isOurs) =>
        LegacyPrograms.Find(config, LegacyProgramReader.ReadAll(), isOurs);

    /// <summary>Called when somebody who was held back may be free.</summary>
    public Action? Freed { get; set; }

    /// <summary>Why it must not be started here; null: it may.</summary>
    public string? Holds(SupervisedProcess cell)
    {
        var config = cell.Definition.Config;
        if (config.LegacyId is null) return null;
        if (_found.TryGetValue(cell.Key.Id, out var known))
        {
            if (known.IsAlive) return Why(known);
            _found.Remove(cell.Key.Id);
        }
        // What has run here before is this daemon's.
        if (cell.View is not { RunId: 0, RecentExits.Count: 0 } || Find(config, IsOurs) is not { } found) return null;
        _found[cell.Key.Id] = found;
        _programs.WhenEnded(found.Program, () => Freed?.Invoke());
        if (found.Manager is { } manager) _programs.WhenEnded(manager, () => Freed?.Invoke());
        return Why(found);
    }

    static string Why(LegacyProgram found) =>
        $"{found.Words}; tspm migrate --take-over stops that one and starts it here";

    bool IsOurs(int pid)
    {
        foreach (var cell in table.Cells)
            if (cell.Child?.Pid == pid) return true;
        return false;
    }
}
