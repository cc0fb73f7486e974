using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Simulation;

/// <summary>
/// The children, and what the kernel does with them: who they belong to, what they do with signals, and whether anybody
/// can know how they ended.
/// </summary>
internal sealed class SimulatedChildren
{
    readonly SimulatedSystem _system;

    public SimulatedChildren(SimulatedSystem system)
    {
        _system = system;
        Machine.Answer = Answer;
        Machine.StopTimeoutOf = TimeoutOf;
        Machine.Signalled = CheckSignal;
    }

    FakeProcessSystem Machine => _system.Machine;

    Random Random => _system.Random;

    /// <summary>Children whose exit status nobody can know: their guardian has ended.</summary>
    public HashSet<int> Unknowable { get; } = [];

    /// <summary>Processes that have ended and are the guardian's to reap.</summary>
    public IReadOnlyList<FakeProcess> Orphans => [.. Machine.All.Where(process =>
        process is { IsZombie: true, Parent: 0 } && process.Guardian == Machine.Guardian)];

    public bool HasOrphans => Orphans.Count + Machine.EndedDescendants.Count > 0;

    /// <summary>The child that prints there was started under a guardian that is gone.</summary>
    public bool IsUnderFormerGuardian(string fifo) => Machine.All.Any(process =>
        process.Request.StdoutPath == fifo && process.Guardian != Machine.Guardian);

    /// <summary>Their guardian has ended: they are init's.</summary>
    public void LoseOrphans()
    {
        Machine.Guardian++;
        _system.World.GuardianPid++;
        Machine.EndedDescendants.Clear();
        foreach (var process in Machine.All.Where(static process => !process.IsReaped)) Unknowable.Add(process.Pid);
    }

    /// <summary>The guardian is killed: what it knew of exits is gone.</summary>
    public void ForgetRecords()
    {
        foreach (var process in Machine.All)
            if (_system.Guardian.IsUnacknowledged(process.Pid)) Unknowable.Add(process.Pid);
    }

    /// <summary>A child ends by itself.</summary>
    public void EndOne()
    {
        var living = Machine.Living.ToList();
        if (living.Count == 0) return;
        ExitStatus[] ways = [new(0, null), new(1, null), new(7, null), new(null, Signals.SIGKILL)];
        End(living[Random.Next(living.Count)], ways[Random.Next(ways.Length)]);
    }

    void End(FakeProcess process, ExitStatus status)
    {
        _system.Note($"{process} ends: {status}");
        Machine.Exit(process, status);
        _system.Outputs.LookAtAll();
    }

    public void PrintOne()
    {
        var living = Machine.Living.ToList();
        if (living.Count > 0) _system.Outputs.Print(living[Random.Next(living.Count)]);
    }

    /// <summary>Init reaps at once or some time later.</summary>
    public void ReapAsInit()
    {
        foreach (var process in Machine.All)
            if (process is { IsZombie: true, Parent: 0 } && process.Guardian != Machine.Guardian)
                Machine.ReapOrphan(process);
    }

    // ---- what children do with signals

    ExitStatus? Answer(FakeProcess process, int signal)
    {
        _system.Note($"{process} gets {Signals.NameOf(signal)}");
        if (signal == Signals.SIGKILL) return new ExitStatus(null, signal);
        var ends = signal == Signals.SIGTERM && (_system.IsCalm || Random.Next(2) == 0);
        return ends ? new ExitStatus(null, signal) : null;
    }

    TimeSpan? TimeoutOf(InstanceKey key) => _system.World.Supervisor.Table.Find(key) is { } process
        ? StopPolicy.From(process.Definition.Config).Timeout : null;

    void CheckSignal(FakeProcess process, int signal)
    {
        if (signal != Signals.SIGKILL || !process.Lives || TimeoutOf(process.Key) is not { } timeout) return;
        if (process.StopSignalledAt is not { } asked) throw new BrokenPromise($"{process} is killed unasked");
        var had = Machine.Now() - asked;
        if (had < timeout) throw new BrokenPromise($"{process} is killed after {had}, before {timeout}");
    }
}
