namespace Tspm.Boot;

/// <summary>
/// The boot service could not be enabled, disabled, started or stopped. The message is a sentence for the user.
/// </summary>
internal sealed class BootException(string message, bool notPermitted = false) : Exception(message)
{
    /// <summary>Permissions are the cause, so the command exits with code 6.</summary>
    public bool NotPermitted => notPermitted;
}
