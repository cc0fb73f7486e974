namespace Tspm.Supervision.Commands;

/// <summary>An order cannot be carried out, and nothing was changed. The message is shown to the user.</summary>
internal sealed class OrderRefusedException(string message) : Exception(message);
