using Tspm.Guardian;
using Tspm.Guardian.Contract;
using Tspm.Platform;
using Tspm.Tests.Fixtures;
using static Tspm.Guardian.GuardianState;

namespace Tspm.Tests.Guardian;

/// <summary>The interpreter does what the lifecycle orders, and makes an event of what came of it.</summary>
[Timeout(30_000)]
internal sealed class GuardianInterpreterTests
{
    const int KilledBy9 = 9;

    const string Failed = "its daemon ended before it answered (no home)";

    static readonly TimeSpan s_now = TimeSpan.FromSeconds(100);
    static readonly Descriptor s_next = FakeDescriptor.Of(5), s_successor = FakeDescriptor.Of(6),
        s_former = FakeDescriptor.Of(7);
    static readonly GuardianFacts s_facts = new();
    static readonly DaemonRun s_run = new(s_now);
    static readonly GuardianEvent s_died = new GuardianEvent.DaemonDied(42, KilledBy9, IsStoreEmpty: true);

    sealed record Row(GuardianState Before, GuardianEvent Happened, bool Works, string Deeds, Type After);

    static readonly Row[] s_rows =
    [
        new(new NoDaemon(s_facts, s_now), new GuardianEvent.Due(), true, "start", typeof(Starting)),
        new(new NoDaemon(s_facts, s_now), new GuardianEvent.Due(), false, "start", typeof(NoDaemon)),
        new(new NoDaemon(s_facts with { EndWanted = true }, s_now), new GuardianEvent.Due(), true, "start, signal 15",
            typeof(Starting)),
        new(new Starting(s_facts, s_run with { KillAt = s_now }), new GuardianEvent.Due(), true, "signal 9",
            typeof(Starting)),
        new(new Serving(s_facts, s_run), new GuardianEvent.Hangup(), true, "signal 1", typeof(Serving)),
        new(new Starting(s_facts with { HomeWanted = true, Probation = Probation() }, s_run),
            new GuardianEvent.Ready(), true, "close 7, finish start, restore home", typeof(Serving)),
        new(new Serving(s_facts, s_run with { IsReady = true }), s_died, true, "record 42 9 1, report 9",
            typeof(NoDaemon)),
        new(new Upgrading(s_facts, s_run, s_next), s_died, true, "become 5, close 5, problem: no such file",
            typeof(NoDaemon)),
        new(new Starting(s_facts with { Probation = Probation() }, s_run),
            new GuardianEvent.DaemonDied(42, DaemonExit.CannotStart << 8, IsStoreEmpty: true, "no home"), true,
            $"go back 7 ({Failed}), close 7, "
                + $"problem: {Failed}; the previous version could not be restored: it is gone",
            typeof(NoDaemon)),
        new(new HandingOver(s_facts, s_run, s_successor), s_died, true, "give 6, close 6", typeof(Ended)),
        new(new HandingOver(s_facts, s_run, s_successor), s_died, false,
            "give 6, close 6, problem: handing over to another daemon failed: it does not read", typeof(NoDaemon)),
        new(new Leaving(s_facts, s_run), s_died, true, "remove socket, remove note, finish logs", typeof(Ended)),
    ];

    static UpgradeProbation Probation() => UpgradeProbation.Begin(s_former, s_now);

    [Test]
    public async Task Each_action_is_done_once_and_in_its_place(CancellationToken cancellation)
    {
        foreach (var row in s_rows)
        {
            var deeds = new Deeds(row.Works);
            var interpreter = new GuardianInterpreter(deeds, row.Before, static () => s_now);
            interpreter.Happened(row.Happened);
            await Assert.That(string.Join(", ", deeds.Done)).IsEqualTo(row.Deeds).Because($"{row.Happened}");
            await Assert.That(interpreter.State.GetType()).IsEqualTo(row.After).Because($"{row.Happened}");
        }
    }

    /// <summary>An action that no row leads to would be tested by nobody.</summary>
    [Test]
    public async Task Every_action_is_in_a_row(CancellationToken cancellation)
    {
        var seen = new HashSet<Type>();
        foreach (var row in s_rows)
            foreach (var action in GuardianLifecycle.Next(row.Before, row.Happened, s_now).Actions)
                seen.Add(action.GetType());
        // Ordered by the outcome of another action only.
        seen.Add(typeof(GuardianAction.SetUpgradeProblem));
        await Assert.That(seen).IsEquivalentTo(
            typeof(GuardianAction).GetNestedTypes().Where(static type => type.IsSubclassOf(typeof(GuardianAction))));
    }

    sealed class Deeds(bool works) : IGuardianActions
    {
        public List<string> Done { get; } = [];

        public bool StartDaemon()
        {
            Done.Add("start");
            return works;
        }

        public void SignalDaemon(int signal) => Done.Add($"signal {signal}");

        public void FinishStart() => Done.Add("finish start");

        public void RestoreHome() => Done.Add("restore home");

        public void RecordDeath(int pid, int waitStatus, int consecutive) =>
            Done.Add($"record {pid} {waitStatus} {consecutive}");

        public void ReportFirstDeath(int waitStatus) => Done.Add($"report {waitStatus}");

        public string ReExec(Descriptor executable)
        {
            Done.Add($"become {FakeDescriptor.NumberOf(executable)}");
            return "no such file";
        }

        public string RollBack(Descriptor former, string problem)
        {
            Done.Add($"go back {FakeDescriptor.NumberOf(former)} ({problem})");
            return "it is gone";
        }

        public string? GiveTo(Descriptor successor)
        {
            Done.Add($"give {FakeDescriptor.NumberOf(successor)}");
            return works ? null : "it does not read";
        }

        public void SetUpgradeProblem(string problem) => Done.Add($"problem: {problem}");

        public void Close(Descriptor descriptor) => Done.Add($"close {FakeDescriptor.NumberOf(descriptor)}");

        public void RemoveSocket() => Done.Add("remove socket");

        public void RemoveDeathNote() => Done.Add("remove note");

        public void FinishLogs() => Done.Add("finish logs");
    }
}
