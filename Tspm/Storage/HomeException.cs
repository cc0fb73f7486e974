namespace Tspm.Storage;

/// <summary>
/// The home cannot be used. The message is a sentence for the user; <see cref="NotPermitted"/> makes it exit code 6.
/// </summary>
internal sealed class HomeException(string message, bool notPermitted = false) : Exception(message)
{
    public bool NotPermitted { get; } = notPermitted;
}
