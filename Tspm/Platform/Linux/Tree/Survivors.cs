using System.Globalization;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Programs of an earlier daemon that still run although its home, and with it all that was known of them, was removed.
/// Their output still leads to a FIFO of that home, which tells whose they are. Nothing manages them; what must not
/// happen is that a second copy of one is started.
/// </summary>
internal sealed class Survivors
{
    const string Name = "TSPM_NAME", Instance = "TSPM_INSTANCE";

    const int BehindStandardStreams = 3;

    readonly List<Survivor> _all = [];

    sealed record Survivor(string Name, string Instance, int Pid, long StartTicks)
    {
        public bool IsAlive => ProcFiles.TryReadStat(Pid, out var now) && now.IsLiving && now.StartTicks == StartTicks;
    }

    /// <summary>Looks through all processes: only for a daemon that finds an empty home.</summary>
    /// <param name="runFolder">Where the home has its FIFOs.</param>
    public void Find(string runFolder)
    {
        var files = new ProcFiles();
        var pids = new List<int>();
        ProcFiles.ReadAllPids(pids);
        bool IsOurs(string target) =>
            target.StartsWith(runFolder + "/", StringComparison.Ordinal)
                && target.EndsWith(ProcessDescriptors.Deleted, StringComparison.Ordinal);
        foreach (var pid in pids)
        {
            if (pid == Environment.ProcessId || ProcessDescriptors.Find(pid, IsOurs, BehindStandardStreams) is null)
                continue;
            if (!ProcFiles.TryReadStat(pid, out var stat) || !stat.IsLiving
                || files.ReadEnvironment(pid) is not { } environment) continue;
            if (environment.GetValueOrDefault(Name) is { Length: > 0 } name)
                _all.Add(new Survivor(name, environment.GetValueOrDefault(Instance) ?? "0", pid, stat.StartTicks));
        }
    }

    /// <summary>For status; null: none lives.</summary>
    public string? Trouble
    {
        get
        {
            var names = new List<string>();
            foreach (var survivor in _all)
                if (survivor.IsAlive)
                    names.Add(string.Create(CultureInfo.InvariantCulture, $"{survivor.Name} (pid {survivor.Pid})"));
            return names.Count == 0 ? null
                : $"programs of an earlier daemon still run, but the home in which they were defined was removed: "
                    + $"{string.Join(", ", names)}. Nothing manages them; end them with kill, then define them again";
        }
    }

    /// <summary>Why this program must not be started now; null: it may.</summary>
    public SpawnFailure? Holds(IReadOnlyDictionary<string, string> environment)
    {
        if (_all.Count == 0 || !environment.TryGetValue(Name, out var name)) return null;
        var instance = environment.GetValueOrDefault(Instance) ?? "0";
        foreach (var survivor in _all)
            if (survivor.Name == name && survivor.Instance == instance && survivor.IsAlive)
                return new SpawnFailure("look for survivors", 0, string.Create(
                    CultureInfo.InvariantCulture,
                        $"it still runs (pid {survivor.Pid}) from before the home was removed, and would run twice; "
                            + $"end that one first: kill {survivor.Pid}"));
        return null;
    }
}
