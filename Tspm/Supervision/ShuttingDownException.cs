namespace Tspm.Supervision;

/// <summary>The daemon is shutting down and begins nothing new.</summary>
internal sealed class ShuttingDownException() : Exception("the daemon is stopping; try again in a moment");
