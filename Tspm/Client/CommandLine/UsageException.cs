namespace Tspm.Client.CommandLine;

/// <summary>A mistake in the command line, described in one sentence. The exit code is 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
