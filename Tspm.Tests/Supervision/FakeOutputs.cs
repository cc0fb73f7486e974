using Tspm.Logs;
using Tspm.Model;

namespace Tspm.Tests.Supervision;

/// <summary>Outputs that move nothing and know which runs are open.</summary>
internal sealed class FakeOutputs : IRunOutputs
{
    public HashSet<ulong> OpenRuns { get; } = [];
    /// <summary>Whose runs they are, of all that were ever opened.</summary>
    public Dictionary<ulong, InstanceKey> Keys { get; } = [];
    public List<ulong> Finished { get; } = [];
    public Queue<SpawnFailure> Failures { get; } = new();

    /// <summary>Run before a run's FIFOs are made: an instant at which a daemon may die.</summary>
    public Action? BeforeOpen { get; set; }

    public SpawnFailure? Open(RunStreams run)
    {
        BeforeOpen?.Invoke();
        if (Failures.TryDequeue(out var failure)) return failure;
        Keys[run.RunId] = run.Key;
        if (!OpenRuns.Add(run.RunId)) throw new InvalidOperationException($"run {run.RunId} was opened twice");
        (run.Begins.Out, run.Begins.Err) = (0, 0);
        return null;
    }

    public bool Resume(RunStreams run) => OpenRuns.Contains(run.RunId);

    /// <summary>Log files that were renamed.</summary>
    public List<(string From, string To)> Renamed { get; } = [];

    public Task<string?> Rename(IReadOnlyList<(string From, string To)> files)
    {
        Renamed.AddRange(files);
        return Task.FromResult<string?>(null);
    }

    public void Started(RunStreams run, int pid)
    {
        if (!OpenRuns.Contains(run.RunId)) throw new InvalidOperationException($"run {run.RunId} was started without being open");
    }

    /// <summary>Rules that log files were given while they were written.</summary>
    public Dictionary<string, LogPolicy> Kept { get; } = [];

    public void Keep(IReadOnlyList<string> files, LogPolicy policy)
    {
        foreach (var file in files) Kept[file] = policy;
    }

    public void Discard(RunStreams run) => OpenRuns.Remove(run.RunId);

    public void Finish(RunStreams run)
    {
        if (!OpenRuns.Remove(run.RunId)) throw new InvalidOperationException($"run {run.RunId} was finished without being open");
        Finished.Add(run.RunId);
    }
}
