namespace Tspm.Client.CommandLine;

/// <summary>The kind of a flag's value, which is checked before anything is sent.</summary>
internal enum FlagKind
{
    /// <summary>No value: on, or off with the prefix <c>--no-</c>.</summary>
    Switch,
    Text,
    /// <summary>KEY=VALUE; VALUE is kept exactly as typed.</summary>
    Assignment,
    /// <summary>A whole number, 0 or greater.</summary>
    Count,
    /// <summary>A whole number, which may be negative.</summary>
    Integer,
    /// <summary>Whole numbers, 0 or greater, separated by commas.</summary>
    Counts,
    Duration,
    Size,
}

/// <summary>
/// A flag of one or more verbs. <see cref="Name"/> has neither its dashes nor <c>no-</c>.
/// </summary>
internal sealed record Flag(string Name, FlagKind Kind, string ValueName, string Help)
{
    /// <summary>May be given more than once; every value counts.</summary>
    public bool Repeats { get; init; }

    /// <summary>Sets a field of the process's config.</summary>
    public bool ChangesConfig { get; init; }

    /// <summary>Exists to switch something off, so help shows <c>--no-NAME</c>.</summary>
    public bool ShownAsNo { get; init; }

    /// <summary>Belongs to a later version, and is refused with that reason.</summary>
    public bool Later { get; init; }

    public bool TakesValue => Kind != FlagKind.Switch;
}
