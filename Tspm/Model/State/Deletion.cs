namespace Tspm.Model.State;

/// <summary>A deletion that is in progress.</summary>
/// <param name="WithLogs">Whether the logs are removed too.</param>
internal sealed record Deletion(bool WithLogs);
