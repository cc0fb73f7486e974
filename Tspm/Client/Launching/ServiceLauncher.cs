using Tspm.Boot;
using Tspm.Client.Output;
using Tspm.Storage;

namespace Tspm.Client.Launching;

/// <summary>
/// Starts the daemon through the boot service if one is enabled for this home, so that the service manager always owns
/// it. Otherwise, or if that fails, it starts the daemon directly.
/// </summary>
internal sealed class ServiceLauncher(TspmHome home, IDaemonLauncher direct, OutputWriter errors) : IDaemonLauncher
{
    public void Start()
    {
        if (Find(home) is not { IsEnabled: true } service)
        {
            direct.Start();
            return;
        }
        try
        {
            service.Start();
        }
        catch (BootException failure)
        {
            errors.WriteLine($"{failure.Message}; starting the daemon without its boot service (to hand it over "
                + "later: tspm enable)");
            errors.Flush();
            direct.Start();
        }
    }

    /// <summary>Finds the boot service of this home.</summary>
    /// <returns>Null if this machine has no supported service manager.</returns>
    public static BootService? Find(TspmHome home) =>
        Platform.CurrentSystem.IsMacOS || SystemdService.IsBooted ? BootService.Find(home, BootTools.Run, out _) : null;
}
