namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// How to run <see cref="ChildSetUp"/>: an executable, and the arguments before the hidden word (none for the native
/// executable).
/// </summary>
internal sealed record SetUpCommand(string Executable, IReadOnlyList<string> LeadingArguments)
{
    public SetUpCommand(string executable) : this(executable, [])
    {
    }
}
