namespace Tspm.Supervision;

/// <summary>A selector fits no process. The message is the sentence for the user; nothing was changed.</summary>
internal sealed class NoSuchProcessException(string message) : Exception(message);
