using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Explorer;

/// <summary>
/// One process as each of the parties knows it: the kernel (the child), the disk (the record), the guardian (exits that
/// no daemon has acknowledged, the output that it holds), and the daemon, which may be dead.
/// </summary>
internal sealed class ProcessModel
{
    // ---- the kernel

    public ChildLife Child { get; set; } = ChildLife.None;

    /// <summary>Number of the child's run; 0: there was none.</summary>
    public int Run { get; set; }

    /// <summary>The living daemon is its parent.</summary>
    public bool IsOwn { get; set; }

    /// <summary>Another guardian was its parent: nobody can learn how it ended.</summary>
    public bool IsForeign { get; set; }

    public bool WasSignalled { get; set; }

    public bool WasKilled { get; set; }

    /// <summary>It has printed something that is in no file yet.</summary>
    public bool HasOutput { get; set; }

    // ---- the disk

    public LifecyclePhase SavedPhase { get; set; } = LifecyclePhase.Stopped;

    public AfterExit SavedNext { get; set; } = AfterExit.Stop;

    public DesiredState SavedDesired { get; set; } = DesiredState.Up;

    public int SavedFailures { get; set; }

    /// <summary>The run that the record is about; 0: none.</summary>
    public int SavedRun { get; set; }

    /// <summary>The record says how the child ended.</summary>
    public bool IsExitSaved { get; set; }

    /// <summary>The newest run whose exit is in the history.</summary>
    public int RecordedExit { get; set; }

    // ---- the guardian

    /// <summary>The runs whose exits the guardian has reaped, and no daemon has acknowledged.</summary>
    public RunSet Reaped { get; set; }

    /// <summary>Those of which an acknowledgement is on its way to the guardian.</summary>
    public RunSet Acknowledging { get; set; }

    /// <summary>The guardian holds the output of the present run.</summary>
    public bool IsHeld { get; set; }

    // ---- the daemon

    /// <summary>Null: no daemon has taken the process up.</summary>
    public LifecycleState? State { get; set; }

    /// <summary>The run that the daemon believes to be the present one; 0: none.</summary>
    public int KnownRun { get; set; }

    /// <summary>The daemon watches the child of that run.</summary>
    public bool IsWatched { get; set; }

    /// <summary>What the daemon found to have been reaped when it caught up.</summary>
    public RunSet CaughtUp { get; set; }

    /// <summary>The exits of which this daemon has read the guardian's records.</summary>
    public RunSet Delivered { get; set; }

    /// <summary>The one that it is working on; 0: none.</summary>
    public int Delivering { get; set; }

    /// <summary>A delay before the next start runs.</summary>
    public bool HasBackoff { get; set; }

    public bool IsAtRest => Child != ChildLife.Ended && Reaped.IsEmpty && !IsLostSight;

    /// <summary>It ended, and there is nobody who could say how.</summary>
    public bool IsLostSight => IsForeign && Child == ChildLife.Reaped && IsWatched && KnownRun == Run;

    /// <summary>A child of an earlier daemon runs, as its record says.</summary>
    public static ProcessModel Online() => new()
    {
        Child = ChildLife.Running,
        Run = 1,
        IsHeld = true,
        SavedPhase = LifecyclePhase.Online,
        SavedNext = AfterExit.Start,
        SavedRun = 1,
    };

    /// <summary>The same, and the present daemon has started the child itself.</summary>
    public ProcessModel Taken()
    {
        (IsOwn, IsWatched, KnownRun) = (true, true, Run);
        State = LifecycleState.New with { Phase = SavedPhase, Next = SavedNext, Desired = SavedDesired };
        return this;
    }

    public ProcessModel Clone() => (ProcessModel)MemberwiseClone();

    /// <summary>A daemon has died: what only it knew is gone, and its children are the guardian's.</summary>
    public void ForgetDaemon()
    {
        (State, KnownRun, IsWatched, HasBackoff, IsOwn) = (null, 0, false, false, false);
        (CaughtUp, Delivered, Delivering) = (default, default, 0);
    }

    public void Write(Span<byte> text, ref int length)
    {
        SystemState.Write(text, ref length, (int)Child | (Run << 3));
        SystemState.Write(text, ref length, Bits(
            IsOwn, IsForeign, WasSignalled, WasKilled, HasOutput, IsExitSaved, IsHeld, IsWatched));
        SystemState.Write(text, ref length, Bits(HasBackoff, State is null) | (Delivering << 2));
        SystemState.Write(text, ref length, (int)SavedPhase | ((int)SavedNext << 4) | ((int)SavedDesired << 6));
        SystemState.Write(text, ref length, SavedFailures | (SavedRun << 4));
        SystemState.Write(text, ref length, RecordedExit | (KnownRun << 4));
        foreach (var runs in (ReadOnlySpan<RunSet>)[Reaped, Acknowledging, CaughtUp, Delivered])
            SystemState.Write(text, ref length, runs.Bits);
        if (State is not { } state) return;
        SystemState.Write(text, ref length, (int)state.Phase | ((int)state.Next << 4) | ((int)state.Desired << 6));
        SystemState.Write(text, ref length, state.Failures | (state.ByHand ? 16 : 0) | (state.HasLeftovers ? 32 : 0));
    }

    static int Bits(params ReadOnlySpan<bool> bits)
    {
        var value = 0;
        for (var i = 0; i < bits.Length; i++) value |= bits[i] ? 1 << i : 0;
        return value;
    }
}

/// <summary>Runs of one process by their numbers, which are small.</summary>
internal readonly record struct RunSet(int Bits)
{
    public bool IsEmpty => Bits == 0;

    /// <summary>The lowest; 0: there is none.</summary>
    public int First => Bits == 0 ? 0 : int.TrailingZeroCount(Bits);

    public bool Contains(int run) => (Bits & (1 << run)) != 0;

    public RunSet With(int run) => new(Bits | (1 << run));

    public RunSet Without(RunSet other) => new(Bits & ~other.Bits);
}

internal enum ChildLife
{
    None,
    Running,

    /// <summary>It has ended, and nobody has reaped it.</summary>
    Ended,

    /// <summary>The kernel has forgotten it.</summary>
    Reaped,
}
