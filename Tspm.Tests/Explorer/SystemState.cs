using System.IO.Hashing;
using Tspm.Guardian;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Explorer;

/// <summary>
/// Everything that the promises of guardian and daemon depend on, at one instant: the guardian's state, the daemon with
/// the steps that it still has to take, the messages between them, and two processes with their children. Times are
/// left out: whatever may come later may come now. See docs/spec/guardian-and-daemon.md.
/// </summary>
internal sealed class SystemState
{
    public required GuardianState Guardian { get; set; }

    public DaemonLife Daemon { get; set; } = DaemonLife.None;

    /// <summary>SIGTERM has reached the daemon, which acts on it between two pieces of work.</summary>
    public bool IsAskedToEnd { get; set; }

    /// <summary>How the dead daemon ended, until the guardian has reaped it; null: there is none to reap.</summary>
    public int? DeadDaemon { get; set; }

    /// <summary>An execve(2) or a takeover of which the outcome is open.</summary>
    public OpenOutcome Outcome { get; set; }

    /// <summary>What the daemon's one thread does next. A kill may come between any two of them.</summary>
    public List<(DaemonStep Step, int Process)> Work { get; private init; } = [];

    /// <summary>From the daemon to the guardian, in order.</summary>
    public List<DaemonMessage> Messages { get; private init; } = [];

    public ProcessModel[] Processes { get; private init; } = [new(), new()];

    /// <summary>What has been spent of the exploration's bounds.</summary>
    public int Orders, Kills, Exits;

    /// <summary>Nothing has run yet, and both processes are wanted up.</summary>
    public static SystemState Fresh() => new()
    {
        Guardian = new GuardianState.NoDaemon(new GuardianFacts(), default),
    };

    /// <summary>
    /// A new version of the guardian on its last chance: two daemons of it have died, and children of the former
    /// version run.
    /// </summary>
    public static SystemState OnProbation() => new()
    {
        Guardian = new GuardianState.NoDaemon(
            new GuardianFacts(WasReady: true)
            {
                Probation = new UpgradeProbation(FakeDescriptor.Of(9), Moves.Never,
                2)
            }, default),
        Processes = [ProcessModel.Online(), ProcessModel.Online()],
    };

    /// <summary>A daemon answers, and children that it started itself run.</summary>
    public static SystemState Serving() => new()
    {
        Guardian = new GuardianState.Serving(new GuardianFacts(WasReady: true), new DaemonRun(default, IsReady: true)),
        Daemon = DaemonLife.Serving,
        Processes = [ProcessModel.Online().Taken(), ProcessModel.Online().Taken()],
    };

    public SystemState Clone() => new()
    {
        Guardian = Guardian,
        Daemon = Daemon,
        IsAskedToEnd = IsAskedToEnd,
        DeadDaemon = DeadDaemon,
        Outcome = Outcome,
        Work = [.. Work],
        Messages = [.. Messages],
        Processes = [Processes[0].Clone(), Processes[1].Clone()],
        Orders = Orders,
        Kills = Kills,
        Exits = Exits,
    };

    /// <summary>Nothing is under way: what must hold in the end has to hold now.</summary>
    public bool IsAtRest => Guardian is GuardianState.Serving && Daemon == DaemonLife.Serving && !IsAskedToEnd
        && Work.Count == 0 && Messages.Count == 0 && Array.TrueForAll(Processes, static process => process.IsAtRest);

    /// <summary>Equal states, and only those (but for a chance of 2^-128), have equal keys.</summary>
    public UInt128 Key()
    {
        Span<byte> text = stackalloc byte[160];
        var length = 0;
        Write(text, ref length, KindOf(Guardian));
        var facts = Guardian.Facts;
        Write(text, ref length, (facts.WasReady ? 1 : 0) | (facts.EndWanted ? 2 : 0) | (facts.HomeWanted ? 4 : 0));
        Write(text, ref length, facts.Failures.Count);
        Write(text, ref length, facts.Probation is { } probation ? 1 + probation.Deaths : 0);
        var run = (Guardian as GuardianState.WithDaemon)?.Run;
        Write(text, ref length, (run?.IsReady == true ? 1 : 0) | (run?.KillAt is not null ? 2 : 0));
        Write(text, ref length, (int)Daemon | (IsAskedToEnd ? 16 : 0) | ((int)Outcome << 5));
        Write(text, ref length, DeadDaemon is { } status ? 1 + (status == 0 ? 0 : 1) : 0);
        Write(text, ref length, Orders | (Kills << 4));
        Write(text, ref length, Exits);
        Write(text, ref length, Work.Count);
        foreach (var (step, process) in Work) Write(text, ref length, ((int)step << 1) | process);
        Write(text, ref length, Messages.Count);
        foreach (var message in Messages) Write(text, ref length, (int)message);
        foreach (var process in Processes) process.Write(text, ref length);
        return XxHash128.HashToUInt128(text[..length]);
    }

    public static void Write(Span<byte> text, ref int length, int value) => text[length++] = (byte)value;

    static int KindOf(GuardianState state) => state switch
    {
        GuardianState.NoDaemon => 0,
        GuardianState.Starting => 1,
        GuardianState.Serving => 2,
        GuardianState.Leaving => 3,
        GuardianState.Upgrading => 4,
        GuardianState.HandingOver => 5,
        GuardianState.ReExecuting => 6,
        GuardianState.RollingBack => 7,
        GuardianState.Giving => 8,
        GuardianState.Ended => 9,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "a state that the explorer does not know"),
    };
}

internal enum DaemonLife
{
    None,

    /// <summary>Takes up what an earlier daemon left.</summary>
    Loading,

    /// <summary>Answers clients, and has said so.</summary>
    Serving,

    /// <summary>Stops everything, to end for good.</summary>
    Leaving,
}

internal enum OpenOutcome
{
    None,
    ReExec,
    RollBack,
    Takeover,
}

internal enum DaemonMessage
{
    Ready,
    Leaving,
    Upgrade,
    HandOver,
}

/// <summary>The smallest pieces of the daemon's work between which a kill makes a difference.</summary>
internal enum DaemonStep
{
    /// <summary>Reads what the guardian has reaped so far.</summary>
    CatchUp,

    /// <summary>Goes on with a process where its record says.</summary>
    Resume,

    /// <summary>
    /// Nobody holds the output of a run that was only intended: asks the guardian to reap what has ended by now.
    /// </summary>
    CatchUpAgain,

    /// <summary>Starts or stops what is not where it is wanted.</summary>
    ApplyDesiredState,
    SayReady,

    /// <summary>Writes the run record.</summary>
    Save,

    /// <summary>Gives the guardian the output to hold, and starts the child.</summary>
    Spawn,
    Spawned,
    SpawnAbandoned,
    SendStopSignal,
    Kill,

    /// <summary>Writes down how the child ended.</summary>
    SaveExit,
    Reap,

    /// <summary>Lets the guardian forget its record of an exit.</summary>
    Acknowledge,

    /// <summary>Moves what is left of the output, and lets the guardian close it.</summary>
    FinishOutput,

    /// <summary>The lifecycle hears of the exit.</summary>
    Exited,
    TreeGone,
    SayLeaving,
    SayUpgrade,
    SayHandOver,

    /// <summary>Ends the daemon with exit code 0.</summary>
    Exit,
}
