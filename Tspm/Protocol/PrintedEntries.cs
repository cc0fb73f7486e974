namespace Tspm.Protocol;

// Documents that only the client prints; they stand here because all JSON metadata is in one context.

/// <summary>One line of <c>pid --json</c>.</summary>
internal sealed record PidEntry(int Id, string Name, int Instance, int? Pid);

/// <summary><c>version --json</c>; the daemon's is null when none runs.</summary>
internal sealed record VersionEntry(string Client, string? Daemon);
