namespace Tspm.Client.CommandLine;

/// <summary>For whom a verb exists.</summary>
internal enum VerbAudience
{
    /// <summary>Everyone: help lists the verb.</summary>
    Everyone,

    /// <summary>Users who type it out of habit: the verb works, but help does not list it.</summary>
    Habit,

    /// <summary>Another tspm: the verb is neither listed nor suggested.</summary>
    Programs,
}

/// <summary>
/// A verb of the command line. The parser checks a line against it, and the help prints it.
/// </summary>
/// <param name="Name">Also the name of the command (<c>[Command]</c>).</param>
/// <param name="Usage">The usage line of the help.</param>
/// <param name="Summary">A phrase without a full stop.</param>
internal sealed record Verb(string Name, string Usage, string Summary)
{
    /// <summary>Whether its words are selectors, any number of them, perhaps after another word.</summary>
    public bool TakesSelectors => Usage.Contains("SELECTOR…", StringComparison.Ordinal) && !TakesProgram;

    /// <summary>Other names of the verb.</summary>
    public string[] Aliases { get; init; } = [];

    public VerbAudience Audience { get; init; }

    /// <summary>The names of its flags, without those that every verb has.</summary>
    public string[] Flags { get; init; } = [];

    /// <summary>Also takes the flags that set fields of a config.</summary>
    public bool TakesConfig { get; init; }

    public int MinWords { get; init; }

    public int MaxWords { get; init; } = int.MaxValue;

    /// <summary>Its first word is a command, and everything after that word belongs to the command.</summary>
    public bool TakesCommand { get; init; }

    /// <summary>The words after <c>--</c> are a program with its arguments, not arguments of the verb.</summary>
    public bool TakesProgram { get; init; }

    /// <summary>The heading above this verb in the help; null if it stands below that of the verb before.</summary>
    public string? Heading { get; init; }

    /// <summary>Never asks a daemon.</summary>
    public bool IsLocal { get; init; }

    /// <summary>
    /// All flags, in the order of the help. Some flags of a config exist only for verbs that define a process.
    /// </summary>
    public string[] AllFlags => !TakesConfig ? Flags : TakesProgram
        ? [.. Tspm.Client.CommandLine.Flags.OfConfig, .. Flags]
        : [.. Tspm.Client.CommandLine.Flags.OfConfig.Where(static flag => flag is not ("name" or "interpreter-args")),
            .. Flags];

    /// <summary>Whether the verb has PM2's <c>-s</c>, as all verbs have that change something.</summary>
    bool MayBeSilent =>
        Array.IndexOf(Flags, "auto-start") >= 0 || Name is "save" or "resurrect" or "kill" or "startup" or "unstartup";

    public bool Is(string typed) => Name == typed || Array.IndexOf(Aliases, typed) >= 0;

    public bool Has(string flag) =>
        flag is "help" or "system" || (flag == "silent" && MayBeSilent) || (flag is "host" && Name != "dial-stdio")
        || Array.IndexOf(AllFlags, flag) >= 0;
}
