namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// How to run <see cref="ChildSetUp"/>: an executable, and what comes before the hidden word (nothing for the native
/// executable).
/// </summary>
internal sealed record SetUpCommand(string Executable, IReadOnlyList<string> LeadingArguments)
{
    public SetUpCommand(string executable) : this(executable, [])
    {
    }
}
