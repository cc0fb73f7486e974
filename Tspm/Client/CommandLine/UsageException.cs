namespace Tspm.Client.CommandLine;

/// <summary>The user's mistake, in one sentence: exit 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
