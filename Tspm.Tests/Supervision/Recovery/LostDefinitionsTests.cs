using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Recovery;

namespace Tspm.Tests.Supervision.Recovery;

/// <summary>What is made of run records that do not fit the saved state.</summary>
[Timeout(30_000)]
internal sealed class LostDefinitionsTests
{
    const string Boot = "boot-1";

    static ProcessDefinition Define(int id, string name, int instances = 1) => new()
    {
        Id = id,
        EnvironmentKey = "k",
        CreatedAt = World.Midnight,
        Config = new ProcessConfig { Name = name, Command = name, Instances = instances },
    };

    static RunRecord Record(
        ProcessDefinition? definition, LifecyclePhase phase = LifecyclePhase.Online,
        DesiredState desired = DesiredState.Up, AfterExit next = AfterExit.Start, string boot = Boot) => new()
        {
            Common = new ProcessRecord
            {
                BootId = boot,
                Phase = $"{phase}",
                Next = $"{next}",
                Desired = desired,
                Definition = definition,
            },
        };

    static Dictionary<InstanceKey, RunRecord> Records(params (int Id, int Instance, RunRecord Record)[] records) =>
        records.ToDictionary(one => new InstanceKey(one.Id, one.Instance), one => one.Record);

    [Test]
    public async Task A_definition_comes_back_once_when_its_child_may_live(CancellationToken cancellation)
    {
        var (web, api) = (Define(1, "web", instances: 2), Define(2, "api"));
        var lost = LostDefinitions.Among([api], Records(
            (1, 0, Record(web, desired: DesiredState.Down)), (1, 1, Record(web)), (2, 0, Record(api)),
            (3, 0, Record(Define(3, "stopped"), LifecyclePhase.Stopped)), (4, 0, Record(null)),
            (5, 0, Record(Define(5, "earlier"), boot: "boot-0")), (6, 0, Record(Define(6, "api"))),
            (7, 0, Record(Define(7, "down"), desired: DesiredState.Down))), Boot);
        await Assert.That(lost.Select(one => (one.Definition.Name, one.Desired)))
            .IsEquivalentTo([("web", DesiredState.Up), ("down", DesiredState.Down)]);
    }

    [Test]
    public async Task Of_two_lost_ones_with_one_name_the_first_comes_back(CancellationToken cancellation)
    {
        var lost = LostDefinitions.Among(
            [], Records((1, 0, Record(Define(1, "web"))), (2, 0, Record(Define(2, "web")))), Boot);
        await Assert.That(lost.Select(one => one.Definition.Id)).IsEquivalentTo([1]);
    }

    [Test]
    public async Task An_instance_comes_back_with_its_definition_or_is_stopped(CancellationToken cancellation)
    {
        var four = Define(1, "web", instances: 4);
        var lost = LostDefinitions.InstancesAmong(
            new Dictionary<int, int> { [1] = 1, [2] = 1, [3] = 1 },
            Records(
                (1, 0, Record(four)), (1, 2, Record(four)), (1, 3, Record(four)),
                (2, 2, Record(Define(2, "api", 1))),
                (3, 1, Record(Define(3, "job", 3), LifecyclePhase.Stopping, next: AfterExit.Stop)),
                (4, 1, Record(Define(4, "unknown", 3)))), Boot);
        await Assert.That(lost.Select(one => (one.Key, one.Newer?.Instances))).IsEquivalentTo(
            [(new InstanceKey(1, 2), 4), (new InstanceKey(2, 2), (int?)null), (new InstanceKey(3, 1), null)]);
    }

    [Test]
    [Arguments(true, true, true, false)]
    [Arguments(true, false, true, true)]
    [Arguments(false, false, true, false)]
    [Arguments(false, false, false, true)]
    [Arguments(false, false, null, true)]
    [Arguments(true, true, null, false)]
    public async Task A_record_of_nobody_is_useless_unless_its_child_may_live(
        bool isProcess, bool isInstance, bool? mayLive, bool expected, CancellationToken cancellation)
    {
        var record = mayLive is { } lives
            ? Record(null, lives ? LifecyclePhase.Online : LifecyclePhase.Stopped) : null;
        await Assert.That(LostDefinitions.IsUseless(isProcess, isInstance, record, Boot)).IsEqualTo(expected);
    }
}
