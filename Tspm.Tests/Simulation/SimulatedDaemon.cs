using Tspm.Guardian.Contract;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision;
using Tspm.Supervision.Recovery;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Simulation;

/// <summary>What the daemon is doing.</summary>
internal enum DaemonLife
{
    /// <summary>It reads what the guardian has for it.</summary>
    Loading,

    Serving,

    /// <summary>It was asked to end, and stops everything.</summary>
    Stopping,

    /// <summary>It has said that it leaves, and has nothing left to do but to end.</summary>
    Leaving,

    /// <summary>It does nothing any more, and does not end.</summary>
    Hanging,
}

/// <summary>
/// One daemon: the real supervisor of a <see cref="World"/>, and around it what DaemonHost does with the guardian.
/// </summary>
/// <param name="system">Where it lives.</param>
/// <param name="channel">To its guardian.</param>
/// <param name="isBad">Its version never gets as far as to answer.</param>
internal sealed class SimulatedDaemon(SimulatedSystem system, SimulatedChannel channel, bool isBad)
{
    readonly List<GuardianRecord> _reaped = [];
    bool _isAskedToEnd;

    public SimulatedChannel Channel => channel;

    public DaemonLife Life { get; private set; } = DaemonLife.Loading;

    World World => system.World;

    public bool HasWork => Life switch
    {
        DaemonLife.Loading => channel.HasForDaemon,
        DaemonLife.Serving => channel.HasForDaemon || _isAskedToEnd,
        DaemonLife.Stopping => channel.HasForDaemon || IsStopped,
        DaemonLife.Leaving => true,
        _ => false,
    };

    public void Signal(int signal) => _isAskedToEnd |= signal == Signals.SIGTERM;

    public void Hang()
    {
        system.Note("the daemon hangs");
        Life = DaemonLife.Hanging;
    }

    /// <summary>One message of the guardian, or what it owes itself; and all that is due in its loop.</summary>
    public void Step()
    {
        switch (Life)
        {
            case DaemonLife.Loading: Read(); break;
            case DaemonLife.Serving or DaemonLife.Stopping:
                Receive();
                World.Step();
                Stop();
                break;
            case DaemonLife.Leaving: system.EndDaemon(0); break;
        }
    }

    // ---- the start

    void Read()
    {
        if (channel.ReadAsDaemon() is not { } message) return;
        if (message.Kind == GuardianMessageKind.Reaped) _reaped.Add(RecordOf(message));
        else Load(message.StartTicks);
    }

    void Load(long daemonDiedAtTicks)
    {
        if (isBad && system.Random.Next(3) == 0)
        {
            if (system.Random.Next(3) == 0) Hang();
            else system.EndDaemon(system.Random.Next(2) == 0 ? DaemonExit.CannotStart << 8 : 1 << 8);
            return;
        }
        World.MakeSupervisor();
        // As an earlier version understands it, for as long as an upgrade may go back to one.
        World.Records.WritesFormat1 = true;
        var left = new RecoveredState
        {
            Records = World.Records.LoadAll(),
            Runs = [.. system.Outputs.Runs.Select(run => (World.Outputs.Keys[run], run))],
            Reaped = _reaped,
            DaemonDiedAtTicks = daemonDiedAtTicks,
            CatchUp = system.Mistake == Mistake.ForgetsCatchUp ? null : CatchUp,
        };
        World.Supervisor.Resume(World.Saved, left);
        foreach (var record in left.Reaped) Acknowledge(record);
        system.Instants.Happen();
        system.Outputs.DrainLeftovers(IsCurrent);
        if (isBad) throw new DaemonDied();
        channel.SendToGuardian(GuardianMessageKind.Ready);
        World.Records.WritesFormat1 = false;
        Life = DaemonLife.Serving;
        World.Step();
        system.OnServing();
    }

    /// <summary>Blocks until the guardian has answered; everything else goes on meanwhile.</summary>
    IReadOnlyList<GuardianRecord> CatchUp()
    {
        channel.SendToGuardian(GuardianMessageKind.CatchUp);
        var records = new List<GuardianRecord>();
        while (true)
        {
            system.Instants.GoOnElsewhere();
            if (channel.ReadAsDaemon() is not { } message) continue;
            if (message.Kind == GuardianMessageKind.CaughtUp) break;
            records.Add(RecordOf(message));
        }
        system.CaughtUpWith(records.Count);
        return records;
    }

    /// <summary>A process of the table reads the output of this run.</summary>
    public bool IsCurrent(ulong run) => World.Supervisor.Table.Processes.Any(cell =>
        cell.Current is { IsExitKnown: false } current && current.Id == run
        || cell.Replacement?.Run is { IsExitKnown: false } other && other.Id == run);

    // ---- while it serves

    void Receive()
    {
        if (channel.ReadAsDaemon() is not { Kind: GuardianMessageKind.Reaped } message) return;
        var record = RecordOf(message);
        if (system.Mistake == Mistake.AcknowledgesBeforeSaving) Acknowledge(record);
        World.Loop.Post(() =>
        {
            World.Supervisor.ApplyGuardianRecord(record);
            system.Instants.Happen();
            Acknowledge(record);
        });
    }

    void Acknowledge(GuardianRecord record) => World.Records.WhenAllSaved(() =>
        channel.SendToGuardian(GuardianMessageKind.Acknowledge, record.Sequence));

    static GuardianRecord RecordOf(in GuardianMessage message) => new(
        message.Number, message.Pid, message.StartTicks, ExitStatus.FromWaitStatus(message.WaitStatus),
        message.LedSession != 0);

    // ---- the end

    /// <summary>It leaves for another version, or for another guardian.</summary>
    public void Depart(GuardianMessageKind kind)
    {
        World.Save();
        channel.SendToGuardian(kind, (ulong)system.NewDescriptor());
        Life = DaemonLife.Leaving;
    }

    /// <summary>What the task of the shutdown waits for; that may complete on a thread of its own.</summary>
    bool IsStopped => World.Supervisor.Table.Processes.All(static cell => Supervisor.IsStopped(cell.State));

    void Stop()
    {
        if (Life == DaemonLife.Serving && _isAskedToEnd)
        {
            Life = DaemonLife.Stopping;
            _ = World.Supervisor.Shutdown();
            World.Step();
        }
        if (Life != DaemonLife.Stopping || !IsStopped) return;
        World.Save();
        channel.SendToGuardian(GuardianMessageKind.Leaving);
        Life = DaemonLife.Leaving;
    }
}
