using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;

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
        foreach (var file in (string[])[run.OutFile, run.ErrFile])
            if (Files.TryGetValue(file, out var runs)) runs.Add(run.Key);
            else Files[file] = [run.Key];
        return null;
    }

    /// <summary>Why no log file could be opened now; null: each could.</summary>
    public SpawnFailure? NoLogs { get; set; }

    public SpawnFailure? Check(RunStreams run) => NoLogs;

    public bool Resume(RunStreams run) => OpenRuns.Contains(run.RunId);

    /// <summary>Log files that were renamed.</summary>
    public List<(string From, string To)> Renamed { get; } = [];

    /// <summary>Each log file, with the instance of each run that prints into it.</summary>
    public Dictionary<string, List<InstanceKey>> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Run before a log file is renamed or removed: an instant at which a daemon may die.</summary>
    public Action? BeforeChange { get; set; }

    /// <summary>What the next renaming fails with.</summary>
    public string? RenameFailure { get; set; }

    /// <summary>The disk does not answer: renamings wait for <see cref="FinishRenames"/>.</summary>
    public bool RenamesHang { get; set; }

    readonly Queue<Action> _hanging = new();

    public void FinishRenames()
    {
        RenamesHang = false;
        while (_hanging.TryDequeue(out var finish)) finish();
    }

    public Task<string?> Rename(IReadOnlyList<(string From, string To)> files, bool again = false)
    {
        if (RenamesHang)
        {
            var done = new TaskCompletionSource<string?>();
            _hanging.Enqueue(() => done.SetResult(Rename(files, again).Result));
            return done.Task;
        }
        var failure = RenameFailure;
        RenameFailure = null;
        if (failure is not null) return Task.FromResult<string?>(failure);
        Renamed.AddRange(files);
        foreach (var (from, to) in files)
        {
            if (!Files.ContainsKey(from)) continue;
            if (Files.Remove(to, out var stranger)) Files[to + ".kept-1"] = stranger;
            BeforeChange?.Invoke();
            Files.Remove(from, out var runs);
            Files[to] = runs!;
        }
        return Task.FromResult<string?>(null);
    }

    public Task<string?> Remove(IReadOnlyList<string> files)
    {
        foreach (var file in files)
        {
            BeforeChange?.Invoke();
            Files.Remove(file);
        }
        return Task.FromResult<string?>(null);
    }

    public void Started(RunStreams run, int pid)
    {
        if (!OpenRuns.Contains(run.RunId))
            throw new InvalidOperationException($"run {run.RunId} was started without being open");
    }

    /// <summary>Rules that log files were given while they were written.</summary>
    public Dictionary<string, LogPolicy> Kept { get; } = [];

    public void Keep(IReadOnlyList<string> files, LogPolicy policy)
    {
        foreach (var file in files) Kept[file] = policy;
    }

    /// <summary>Run before the output of a run is given up, or closed: instants at which a daemon may die.</summary>
    public Action? BeforeDiscard { get; set; }

    public Action? BeforeFinish { get; set; }

    public void Discard(RunStreams run)
    {
        BeforeDiscard?.Invoke();
        OpenRuns.Remove(run.RunId);
    }

    public void Finish(RunStreams run)
    {
        BeforeFinish?.Invoke();
        if (!OpenRuns.Remove(run.RunId))
            throw new InvalidOperationException($"run {run.RunId} was finished without being open");
        Finished.Add(run.RunId);
    }
}
