using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Recovery;

namespace Tspm.Tests.Supervision.Hooks;

/// <summary>Where the hooks of a dead daemon may be.</summary>
[Timeout(30_000)]
internal sealed class OrphanedHooksTests
{
    [Test]
    [Arguments("boot-1", 5, null, false)]
    [Arguments("boot-1", 4, null, true)]
    [Arguments("boot-1", 5, 4, true)]
    [Arguments("boot-1", 4, 5, false)]
    [Arguments("boot-0", 4, 4, false)]
    public async Task Those_of_another_guardian_of_this_boot_are_nobodys_children(
        string boot, int guardianPid, int? guardianOfChild, bool expected, CancellationToken cancellation)
    {
        var left = new RecoveredState
        {
            Records = new Dictionary<InstanceKey, RunRecord>
            {
                [new InstanceKey(1, 0)] = new()
                {
                    Common = new ProcessRecord { BootId = boot, GuardianPid = guardianPid },
                    Current = guardianOfChild is { } pid ? new ChildRecord { RunId = 1, GuardianPid = pid } : null,
                },
            },
            Runs = [],
            Reaped = [],
        };
        await Assert.That(OrphanedHooks.MayExist(left, "boot-1", guardianPid: 5)).IsEqualTo(expected);
    }
}
