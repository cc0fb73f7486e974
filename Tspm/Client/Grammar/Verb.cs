namespace Tspm.Client.Grammar;

/// <summary>One verb of the command line: what it takes and what it does, for checking and for the help alike.</summary>
internal sealed record Verb(string Name, string Usage, string Summary)
{
    /// <summary>Names of its flags; <c>--help</c> belongs to every verb.</summary>
    public string[] Flags { get; init; } = [];

    public int MinWords { get; init; }

    public int MaxWords { get; init; } = int.MaxValue;

    /// <summary>What follows <c>--</c> is a program with its arguments, not words of the verb.</summary>
    public bool TakesProgram { get; init; }

    /// <summary>A sentence or example below the flags of the help.</summary>
    public string? Note { get; init; }

    /// <summary>PM2's <c>-s</c>: for all that changes something, whose answer one can do without.</summary>
    bool MayBeSilent =>
        Array.IndexOf(Flags, "auto-start") >= 0 || Name is "save" or "resurrect" or "kill" or "startup" or "unstartup";

    public bool Has(string flag) =>
        flag is "help" or "system" || (flag == "silent" && MayBeSilent) || (flag is "host" && Name != "dial-stdio")
        || Array.IndexOf(Flags, flag) >= 0;
}
