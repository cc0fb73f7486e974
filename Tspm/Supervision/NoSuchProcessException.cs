namespace Tspm.Supervision;

/// <summary>A selector matches no process, and nothing was changed. The message is shown to the user.</summary>
internal sealed class NoSuchProcessException(string message) : Exception(message);
