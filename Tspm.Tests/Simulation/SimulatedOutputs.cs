using Tspm.Guardian.Contract;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Simulation;

/// <summary>
/// The FIFOs of all runs: what was printed and is not in a file yet, and who has them open. A child holds its own open
/// as long as it lives.
/// </summary>
internal sealed class SimulatedOutputs(SimulatedSystem system, FakeOutputs inner) : IRunOutputs
{
    readonly Dictionary<ulong, Fifo> _fifos = [];

    sealed class Fifo(string path)
    {
        public string Path => path;
        public int Unread { get; set; }
        public bool HasReader { get; set; }
    }

    public IEnumerable<ulong> Runs => _fifos.Keys;

    public SpawnFailure? Open(RunStreams run)
    {
        if (inner.Open(run) is { } failure) return failure;
        _fifos[run.RunId] = new Fifo(run.OutFifo) { HasReader = true };
        Store(run.RunId);
        system.Instants.Happen();
        return null;
    }

    public bool Resume(RunStreams run)
    {
        if (!inner.Resume(run) || !_fifos.TryGetValue(run.RunId, out var fifo)) return false;
        fifo.HasReader = true;
        Store(run.RunId);
        return true;
    }

    public void Discard(RunStreams run)
    {
        inner.Discard(run);
        if (_fifos.ContainsKey(run.RunId)) Close(run.RunId);
    }

    public void Finish(RunStreams run)
    {
        inner.Finish(run);
        if (!_fifos.TryGetValue(run.RunId, out var fifo)) return;
        fifo.Unread = 0;
        Close(run.RunId);
    }

    /// <summary>A living child prints a line.</summary>
    public void Print(FakeProcess process)
    {
        foreach (var (run, fifo) in _fifos)
        {
            if (fifo.Path != process.Request.StdoutPath) continue;
            fifo.Unread++;
            var hasReader = HasReader(run, fifo) || system.Guardian is not { IsAlive: true };
            if (!hasReader && process.Guardian == system.Machine.Guardian)
                throw new BrokenPromise($"nobody reads the output of run {run} of {process}");
            return;
        }
        throw new BrokenPromise($"{process} has no output");
    }

    /// <summary>The pump of the daemon has moved everything that was printed.</summary>
    public void Move()
    {
        foreach (var fifo in _fifos.Values)
            if (fifo.HasReader) fifo.Unread = 0;
    }

    /// <summary>As LeftoverFifos: runs that no process of the table goes on with are read to their end.</summary>
    public void DrainLeftovers(Predicate<ulong> isCurrent)
    {
        foreach (var (run, fifo) in _fifos.ToArray())
        {
            if (isCurrent(run)) continue;
            if (!fifo.HasReader)
            {
                fifo.HasReader = true;
                Store(run);
            }
            if (Holder(fifo) is not null) continue;
            fifo.Unread = 0;
            inner.OpenRuns.Remove(run);
            Close(run);
        }
    }

    public void OnDaemonDied()
    {
        foreach (var (run, fifo) in _fifos.ToArray())
        {
            fifo.HasReader = false;
            Look(run);
        }
    }

    /// <summary>There is nobody left who could have kept it.</summary>
    public void OnGuardianGone()
    {
        foreach (var fifo in _fifos.Values)
            if (Holder(fifo) is null) fifo.Unread = 0;
    }

    /// <summary>Somebody has closed this FIFO, or the child that held it has ended.</summary>
    public void Look(ulong run)
    {
        if (!_fifos.TryGetValue(run, out var fifo) || fifo.Unread == 0) return;
        if (HasReader(run, fifo) || Holder(fifo) is not null) return;
        if (system.Guardian is { IsAlive: true } && !system.Children.IsUnderFormerGuardian(fifo.Path))
            throw new BrokenPromise($"the last reader closed run {run} with unread output");
        fifo.Unread = 0;
    }

    public void LookAtAll()
    {
        foreach (var run in _fifos.Keys.ToArray()) Look(run);
    }

    /// <summary>The run's child, as long as it lives.</summary>
    FakeProcess? Holder(Fifo fifo) => system.Machine.Living.FirstOrDefault(one => one.Request.StdoutPath == fifo.Path);

    bool HasReader(ulong run, Fifo fifo)
    {
        var key = DescriptorKey.Output(run, OutputKind.Out);
        return fifo.HasReader || system.Guardian?.Holds(key) == true;
    }

    void Store(ulong run)
    {
        if (system.Mistake == Mistake.StoresNoOutput) return;
        var key = DescriptorKey.Output(run, OutputKind.Out);
        system.Daemon!.Channel.SendToGuardian(GuardianMessageKind.Store, key.Wire);
    }

    void Close(ulong run)
    {
        var fifo = _fifos[run];
        fifo.HasReader = false;
        if (fifo.Unread > 0) throw new BrokenPromise($"run {run} is closed with unread output");
        _fifos.Remove(run);
        var key = DescriptorKey.Output(run, OutputKind.Out);
        system.Daemon!.Channel.SendToGuardian(GuardianMessageKind.Remove, key.Wire);
    }

    // ---- what has no part in this

    public SpawnFailure? Check(RunStreams run) => inner.Check(run);

    public void Started(RunStreams run, int pid) => inner.Started(run, pid);

    public Task<string?> Rename(IReadOnlyList<(string From, string To)> files, bool again = false) =>
        inner.Rename(files, again);

    public Task<string?> Remove(IReadOnlyList<string> files) => inner.Remove(files);

    public void Keep(IReadOnlyList<string> files, LogPolicy policy) => inner.Keep(files, policy);
}
