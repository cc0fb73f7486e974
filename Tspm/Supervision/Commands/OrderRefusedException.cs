namespace Tspm.Supervision.Commands;

/// <summary>An order cannot be carried out. The message is the sentence for the user; nothing was changed.</summary>
internal sealed class OrderRefusedException(string message) : Exception(message);
