using System.Globalization;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Programs of an earlier daemon that are still running although its home, with all their records, was removed. They
/// are recognised by their output, which still leads to a FIFO of that home. Tspm does not manage them, but must not
/// start a second copy of one.
/// </summary>
internal sealed class Survivors
{
    const string Name = "TSPM_NAME", Instance = "TSPM_INSTANCE";

    const int FirstAfterStandardStreams = 3;

    readonly List<Survivor> _all = [];

    sealed record Survivor(string Name, string Instance, int Pid, long StartTicks)
    {
        public bool IsAlive => ProcFiles.TryReadStat(Pid, out var now) && now.IsLiving && now.StartTicks == StartTicks;
    }

    /// <summary>Searches all processes; only for a daemon whose home is empty.</summary>
    /// <param name="runFolder">The folder of the home's FIFOs.</param>
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
            if (pid == Environment.ProcessId || ProcessDescriptors.Find(pid, IsOurs, FirstAfterStandardStreams) is null)
                continue;
            if (!ProcFiles.TryReadStat(pid, out var stat) || !stat.IsLiving
                || files.ReadEnvironment(pid) is not { } environment) continue;
            if (environment.GetValueOrDefault(Name) is { Length: > 0 } name)
                _all.Add(new Survivor(name, environment.GetValueOrDefault(Instance) ?? "0", pid, stat.StartTicks));
        }
    }

    /// <summary>A warning for status; null if none is running.</summary>
    public string? Trouble
    {
        get
        {
            var names = new List<string>();
            foreach (var survivor in _all)
                if (survivor.IsAlive)
                    names.Add(string.Create(CultureInfo.InvariantCulture, $"{survivor.Name} (pid {survivor.Pid})"));
            return names.Count == 0 ? null
                : "programs of an earlier daemon are still running, but the home that defined them was removed: "
                    + $"{string.Join(", ", names)}. Tspm does not manage them; end them with kill, then define them "
                    + "again";
        }
    }

    /// <summary>Why a program with this environment must not be started now; null if it may.</summary>
    public SpawnFailure? Holds(IReadOnlyDictionary<string, string> environment)
    {
        if (_all.Count == 0 || !environment.TryGetValue(Name, out var name)) return null;
        var instance = environment.GetValueOrDefault(Instance) ?? "0";
        foreach (var survivor in _all)
            if (survivor.Name == name && survivor.Instance == instance && survivor.IsAlive)
                return new SpawnFailure("look for survivors", 0, string.Create(CultureInfo.InvariantCulture,
                    $"it is still running (pid {survivor.Pid}) from before the home was removed; end that process "
                        + $"first: kill {survivor.Pid}"));
        return null;
    }
}
