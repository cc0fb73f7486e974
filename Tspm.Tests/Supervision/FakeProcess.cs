using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Tests.Supervision;

/// <summary>
/// One process of the <see cref="FakeProcessSystem"/>: it lives until a signal or the test ends it, across daemons.
/// </summary>
internal sealed class FakeProcess(int pid, long startTicks, SpawnRequest request, InstanceKey key)
{
    public int Pid => pid;
    public long StartTicks => startTicks;
    public SpawnRequest Request => request;
    public InstanceKey Key => key;

    /// <summary>The daemon (by number) that is its parent; 0: orphaned to the guardian.</summary>
    public int Parent { get; set; }

    /// <summary>The guardian (by number) under which it was started.</summary>
    public int Guardian { get; init; }

    /// <summary>The hook that it is; null: it is a child.</summary>
    public string? Hook => request.Environment.GetValueOrDefault(Tspm.Supervision.Hooks.HookNames.Variable);

    /// <summary>What a hook was given to read.</summary>
    public string? Input { get; init; }

    /// <summary>Null: it lives.</summary>
    public ExitStatus? Status { get; set; }

    public bool IsReaped { get; set; }

    /// <summary>What it started, and what that started.</summary>
    public List<FakeDescendant> Descendants { get; } = [];

    /// <summary>How many of its tree live after it ended; of a hook, how many looks still find something.</summary>
    public int Leftovers => Hook is null ? Descendants.Count(descendant => descendant.Lives) : HookLeftovers;

    public int HookLeftovers { get; set; }

    /// <summary>When it was asked to end; null: it was not.</summary>
    public TimeSpan? StopSignalledAt { get; set; }

    public TimeSpan? EndedAt { get; set; }

    public bool Lives => Status is null;
    public bool IsZombie => Status is not null && !IsReaped;

    /// <summary>Who wants to know of its end, with the number of the daemon.</summary>
    public List<(int Daemon, Action Ended)> Watchers { get; } = [];

    public override string ToString() => Hook is null ? $"process {pid} of {key}" : $"the hook {Hook} ({pid}) of {key}";
}

/// <summary>A daemon's view of a <see cref="FakeProcess"/>; refuses what the kernel would punish.</summary>
internal sealed class FakeChild(FakeProcessSystem system, FakeProcess process, int daemon, bool isOwn) : IChild
{
    bool _disposed;

    public int Pid => process.Pid;
    public long StartTicks => process.StartTicks;
    public bool IsOwn => isOwn;
    public bool TellsExit => !isOwn && system.KernelTellsExits;

    public void OnExit(Action ended)
    {
        Check();
        if (!process.IsReaped) process.Watchers.Add((daemon, ended));
        if (!process.Lives) ended();
    }

    public ExitStatus? PeekExit()
    {
        Check();
        return isOwn || (system.KernelTellsExits && process.IsReaped) ? process.Status : null;
    }

    public void Reap()
    {
        Check();
        if (isOwn) system.Reap(process);
    }

    public bool Signal(int signal) => Send(signal, toGroup: false);

    public bool SignalGroup(int signal) => Send(signal, toGroup: true);

    public void Dispose() => _disposed = true;

    bool Send(int signal, bool toGroup)
    {
        Check();
        if (isOwn && process.IsReaped)
            throw new InvalidOperationException($"{process} was signalled after it was reaped: its pid may be "
                + "somebody else's");
        return !process.IsReaped && system.Deliver(process, signal, toGroup);
    }

    void Check()
    {
        if (_disposed) throw new InvalidOperationException($"{process} was used after its handle was disposed of");
        if (daemon != system.Daemon)
            throw new InvalidOperationException($"{process} was used by a daemon that is dead");
    }
}
