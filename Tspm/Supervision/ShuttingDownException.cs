namespace Tspm.Supervision;

/// <summary>The daemon is on its way out: a child started now would be left behind.</summary>
internal sealed class ShuttingDownException() : Exception("the daemon is stopping; try again in a moment");
