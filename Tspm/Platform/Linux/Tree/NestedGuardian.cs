namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Recognises the guardian of another Tspm that was started inside a managed process (a web terminal, a CI runner, a
/// deploy hook). That guardian and its processes are independent: they do not belong to the tree of the outer process.
/// A guardian is recognised by its arguments.
/// </summary>
internal static class NestedGuardian
{
    /// <summary>The hidden word that is the second argument of a guardian.</summary>
    public const string Word = "__guardian";

    /// <summary>The beginning of a flag that only a client passes, when it launches a guardian.</summary>
    public const string LaunchedFlag = "--ready-fd=";

    public static bool IsOne(ProcFiles files, int pid) => files.ReadArguments(pid) switch
    {
        [_, Word, ..] => true,
        // A guardian that has not executed itself again yet.
        [_, "daemon", var word, ..] => word.StartsWith(LaunchedFlag, StringComparison.Ordinal),
        _ => false,
    };
}
