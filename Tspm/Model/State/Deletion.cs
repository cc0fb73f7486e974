namespace Tspm.Model.State;

/// <summary>A process is being deleted.</summary>
/// <param name="WithLogs">Its logs are removed too.</param>
internal sealed record Deletion(bool WithLogs);
