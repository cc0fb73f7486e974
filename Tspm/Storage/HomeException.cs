namespace Tspm.Storage;

/// <summary>
/// The home cannot be used. The message is a sentence for the user.
/// </summary>
internal sealed class HomeException(string message, bool notPermitted = false) : Exception(message)
{
    /// <summary>Permissions are the cause, so the command exits with code 6.</summary>
    public bool NotPermitted { get; } = notPermitted;
}
