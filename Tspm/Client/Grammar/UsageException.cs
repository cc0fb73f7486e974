namespace Tspm.Client.Grammar;

/// <summary>The user's mistake, in one sentence: exit 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
