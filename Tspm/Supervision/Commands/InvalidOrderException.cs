namespace Tspm.Supervision.Commands;

/// <summary>
/// The order itself cannot be meant, whatever the state of the processes; nothing was begun. The message is for the
/// user.
/// </summary>
internal sealed class InvalidOrderException(string message) : Exception(message);
