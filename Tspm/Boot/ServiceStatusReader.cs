using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Boot;

/// <summary>
/// How a home's boot service is, for <c>status</c>: told by client and daemon alike, and found out without asking
/// anybody on Linux.
/// </summary>
internal static class ServiceLook
{
    /// <param name="home">Whose.</param>
    /// <param name="guardianPid">Of the daemon that runs; null: none does.</param>
    public static ServiceStatus Of(TspmHome home, int? guardianPid)
    {
        if (!CurrentSystem.IsMacOS && !SystemdService.IsBooted) return new ServiceStatus
        {
            Kind = "none",
            Enabled = false,
            Active = false,
        };
        var look = BootService.Find(home, BootTools.Run, out _)!.Look(guardianPid);
        // Nothing is there and nothing runs: none, as on a machine that could not have one.
        return look is { Enabled: false, Active: false, UnitPath: null }
            ? new ServiceStatus { Kind = "none", Enabled = false, Active = false }
            : look;
    }
}
