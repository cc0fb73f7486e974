using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Boot;

/// <summary>
/// Reads the state of a home's boot service for <c>status</c>; daemon and client both use it. On Linux it reads files
/// only and runs no programs.
/// </summary>
internal static class ServiceStatusReader
{
    /// <param name="home">The home whose service to look for.</param>
    /// <param name="guardianPid">Pid of the running daemon's guardian; null: no daemon is running.</param>
    public static ServiceStatus Read(TspmHome home, int? guardianPid)
    {
        if (!CurrentSystem.IsMacOS && !SystemdService.IsBooted) return None;
        var status = BootService.Find(home, BootTools.Run, out _)!.ReadStatus(guardianPid);
        // No file and nothing running is reported like a machine without a service manager.
        return status is { Enabled: false, Active: false, UnitPath: null } ? None : status;
    }

    static ServiceStatus None => new() { Kind = "none", Enabled = false, Active = false };
}
