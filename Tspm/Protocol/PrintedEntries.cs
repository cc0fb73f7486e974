namespace Tspm.Protocol;

// Documents that only the client prints. They are here because all JSON metadata is in one context.

/// <summary>One line of <c>pid --json</c>.</summary>
internal sealed record PidEntry(int Id, string Name, int Instance, int? Pid);

/// <summary><c>version --json</c>; <c>Daemon</c> is null if no daemon is running.</summary>
internal sealed record VersionEntry(string Client, string? Daemon);
