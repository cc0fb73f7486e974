namespace Tspm.Boot;

/// <summary>The boot service could not be switched on, off, started or stopped; the message is for people.</summary>
internal sealed class BootException(string message, bool notPermitted = false) : Exception(message)
{
    public bool NotPermitted => notPermitted;
}
