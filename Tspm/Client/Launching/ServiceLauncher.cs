using Tspm.Boot;
using Tspm.Client.Output;
using Tspm.Storage;

namespace Tspm.Client.Launching;

/// <summary>
/// Starts the daemon through the boot service when one is enabled for this home, so that it is always the service
/// manager's; else, or when that fails, by itself.
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
            errors.WriteLine($"{failure.Message}; the daemon is started without its boot service (tspm enable hands "
                + "it over)");
            errors.Flush();
            direct.Start();
        }
    }

    /// <summary>Null: this machine has no service manager that we know.</summary>
    public static BootService? Find(TspmHome home) =>
        Platform.CurrentSystem.IsMacOS || SystemdService.IsBooted ? BootService.Find(home, BootTools.Run, out _) : null;
}
