namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// The guardian of another Tspm that was started inside a managed process (a web terminal, a CI runner, a deploy hook).
/// It and what it runs are on their own: they belong to no tree, and are known by their arguments.
/// </summary>
internal static class NestedGuardian
{
    /// <summary>The hidden word of a guardian, the second of its arguments.</summary>
    public const string Word = "__guardian";

    /// <summary>The beginning of the flag that only a client which launches a guardian gives it.</summary>
    public const string LaunchedFlag = "--ready-fd=";

    public static bool IsOne(ProcFiles files, int pid) => files.ReadArguments(pid) switch
    {
        [_, Word, ..] => true,
        // Before it executes itself again.
        [_, "daemon", var word, ..] => word.StartsWith(LaunchedFlag, StringComparison.Ordinal),
        _ => false,
    };
}
