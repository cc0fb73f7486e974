using Tspm.Guardian;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Tests.Fixtures;
using static Tspm.Guardian.GuardianState;

namespace Tspm.Tests.Guards;

/// <summary>
/// One cell of the guardian's lifecycle: a state and an event, and the words that <see cref="GuardianTable"/> has for
/// them.
/// </summary>
internal sealed record GuardianCell(GuardianState State, string Name, GuardianEvent Event)
{
    public const int CannotStart = 78;

    static readonly Descriptor Former = FakeDescriptor.Of(70), Following = FakeDescriptor.Of(80);

    static readonly Descriptor Successor = FakeDescriptor.Of(81), Given = FakeDescriptor.Of(90);

    public static readonly TimeSpan Now = TimeSpan.FromSeconds(1000);

    static readonly TimeSpan s_past = Now - TimeSpan.FromSeconds(1), s_future = Now + TimeSpan.FromMilliseconds(1);

    public static readonly (string Name, GuardianEvent Event)[] Events =
    [
        ("due", new GuardianEvent.Due()),
        ("started", new GuardianEvent.DaemonStarted()),
        ("unstarted", new GuardianEvent.StartFailed()),
        ("ready", new GuardianEvent.Ready()),
        ("leave", new GuardianEvent.LeaveAsked()),
        ("upgrade", new GuardianEvent.UpgradeAsked(Given)),
        ("handover", new GuardianEvent.HandOverAsked(Given)),
        ("homelost", new GuardianEvent.HomeLost()),
        ("terminate", new GuardianEvent.Terminate()),
        ("hangup", new GuardianEvent.Hangup()),
        .. from status in new[] { 0, 1 << 8, CannotStart << 8, Signals.SIGKILL }
           from isEmpty in new[] { false, true }
           select ("died", (GuardianEvent)new GuardianEvent.DaemonDied(4711, status, isEmpty)),
        ("unexecuted", new GuardianEvent.ReExecFailed("no such file")),
        ("taken", new GuardianEvent.TakenOver()),
        ("untaken", new GuardianEvent.TakeoverFailed("it does not read")),
    ];

    public static IEnumerable<GuardianCell> All() =>
        from state in States()
        from happened in Events
        select new GuardianCell(state, happened.Name, happened.Event);

    static IEnumerable<GuardianState> States() =>
        from facts in AllFacts()
        from state in StatesWith(facts)
        select state;

    static IEnumerable<GuardianFacts> AllFacts() =>
        from before in new[] { false, true }
        from end in new[] { false, true }
        from home in new[] { false, true }
        from failures in new DaemonFailures[] { default, new(1, null), new(4, 9), new(20, 256) }
        from probation in new UpgradeProbation?[]
        {
            null, new(Former, s_future, 0), new(Former, s_future, 2), new(Former, Now, 0),
        }
        select new GuardianFacts(before, end, home, failures, probation);

    static IEnumerable<GuardianState> StatesWith(GuardianFacts facts)
    {
        foreach (var until in new[] { s_past, Now, s_future }) yield return new NoDaemon(facts, until);
        foreach (var run in Runs())
        {
            yield return run.IsReady ? new Serving(facts, run) : new Starting(facts, run);
            yield return new Leaving(facts, run);
            yield return new Upgrading(facts, run, Following);
            yield return new HandingOver(facts, run, Successor);
        }
        yield return new ReExecuting(facts, Following);
        yield return new RollingBack(facts, Former, "its daemon ended", s_future);
        yield return new Giving(facts, Successor);
        yield return new Ended(facts, 3);
    }

    static IEnumerable<DaemonRun> Runs() =>
        from ready in new[] { false, true }
        from lived in new[] { 3, 10, 10.001 }
        from killAt in new TimeSpan?[] { null, Now, s_future }
        select new DaemonRun(Now - TimeSpan.FromSeconds(lived), ready, killAt);

    DaemonRun? Run => (State as WithDaemon)?.Run;

    GuardianEvent.DaemonDied? Died => Event as GuardianEvent.DaemonDied;

    public int? Code => Died is { WaitStatus: var status } && (status & 0x7f) == 0 ? status >> 8 : null;

    public bool Is(string condition) => condition switch
    {
        "due" => TimeOf(State) <= Now,
        "end" => State.Facts.EndWanted,
        "home" => State.Facts.HomeWanted,
        "ready" => Run!.IsReady,
        "before" => State.Facts.WasReady,
        "trial" => State.Facts.Probation is not null,
        "over" => State.Facts.Probation!.Deaths + 1 == 3 || Code == CannotStart || State.Facts.Probation.Until <= Now,
        "code" => Code is not null,
        "cannot" => Code == CannotStart,
        "empty" => Died!.IsStoreEmpty,
        "lived" => Now - Run!.StartedAt > TimeSpan.FromSeconds(10),
        _ => throw new ArgumentException($"unknown condition {condition}"),
    };

    /// <summary>The time in a state, whatever it waits for; null: there is none.</summary>
    public static TimeSpan? TimeOf(GuardianState state) => state switch
    {
        NoDaemon waiting => waiting.Until,
        WithDaemon living => living.Run.KillAt,
        RollingBack rolling => rolling.Until,
        _ => null,
    };

    public static string NameOf(GuardianState state) => state switch
    {
        Upgrading upgrading => $"Upgrading({DescriptorName(upgrading.Next)})",
        HandingOver handing => $"HandingOver({DescriptorName(handing.Successor)})",
        ReExecuting executing => $"ReExecuting({DescriptorName(executing.Next)})",
        RollingBack rolling => $"RollingBack({DescriptorName(rolling.Former)})",
        Giving giving => $"Giving({DescriptorName(giving.Successor)})",
        Ended ended => $"Ended({ended.ExitCode})",
        _ => state.GetType().Name,
    };

    public static string NameOf(GuardianAction action) => action switch
    {
        GuardianAction.Close close => $"Close({DescriptorName(close.Descriptor)})",
        GuardianAction.ReExec exec => $"ReExec({DescriptorName(exec.Executable)})",
        GuardianAction.RollBack back => $"RollBack({DescriptorName(back.Former)})",
        GuardianAction.GiveToSuccessor give => $"GiveToSuccessor({DescriptorName(give.Successor)})",
        GuardianAction.ForwardSignal forward => $"Forward({Signals.NameOf(forward.Signal)[3..]})",
        _ => action.GetType().Name,
    };

    static string DescriptorName(Descriptor descriptor) =>
        descriptor == Former ? "former"
        : descriptor == Following ? "next"
        : descriptor == Successor ? "successor"
        : descriptor == Given ? "given"
        : $"{FakeDescriptor.NumberOf(descriptor)}";

    public override string ToString() => $"{State} + {Event}";
}
