namespace Tspm.Client.CommandLine;

/// <summary>Whom a verb is for.</summary>
internal enum VerbAudience
{
    /// <summary>The help lists it.</summary>
    Everyone,

    /// <summary>Those who type it by habit: it is answered, but not listed.</summary>
    Habit,

    /// <summary>Another tspm, so it is not even suggested.</summary>
    Programs,
}

/// <summary>
/// One verb of the command line: what it takes and what it does, for checking and for the help alike.
/// </summary>
/// <param name="Name">Names the command, too (<c>[Command]</c>).</param>
/// <param name="Usage">The line of the help that shows its words.</param>
/// <param name="Summary">A phrase without a full stop.</param>
internal sealed record Verb(string Name, string Usage, string Summary)
{
    /// <summary>Other words for it.</summary>
    public string[] Aliases { get; init; } = [];

    public VerbAudience Audience { get; init; }

    /// <summary>Names of its own flags; <c>--help</c> belongs to every verb.</summary>
    public string[] Flags { get; init; } = [];

    /// <summary>Takes the flags that make or change a config, too.</summary>
    public bool TakesConfig { get; init; }

    public int MinWords { get; init; }

    public int MaxWords { get; init; } = int.MaxValue;

    /// <summary>What follows <c>--</c> is a program with its arguments, not words of the verb.</summary>
    public bool TakesProgram { get; init; }

    /// <summary>A sentence or example below the flags of the help.</summary>
    public string? Note { get; init; }

    /// <summary>In the order of the help. Some flags of a config are only for a verb that defines a process.</summary>
    public string[] AllFlags => !TakesConfig ? Flags : TakesProgram
        ? [.. Tspm.Client.CommandLine.Flags.OfConfig, .. Flags]
        : [.. Tspm.Client.CommandLine.Flags.OfConfig.Where(static flag => flag is not ("name" or "interpreter-args")),
            .. Flags];

    /// <summary>PM2's <c>-s</c>: for all that changes something, whose answer one can do without.</summary>
    bool MayBeSilent =>
        Array.IndexOf(Flags, "auto-start") >= 0 || Name is "save" or "resurrect" or "kill" or "startup" or "unstartup";

    public bool Is(string typed) => Name == typed || Array.IndexOf(Aliases, typed) >= 0;

    public bool Has(string flag) =>
        flag is "help" or "system" || (flag == "silent" && MayBeSilent) || (flag is "host" && Name != "dial-stdio")
        || Array.IndexOf(AllFlags, flag) >= 0;
}
