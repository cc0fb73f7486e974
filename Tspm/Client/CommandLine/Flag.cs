namespace Tspm.Client.CommandLine;

/// <summary>What stands behind a flag, checked before anything is sent.</summary>
internal enum FlagKind
{
    /// <summary>Nothing: on, or off with <c>--no-</c> in front.</summary>
    Switch,
    Text,
    /// <summary>KEY=VALUE, where VALUE is kept exactly as written.</summary>
    Assignment,
    /// <summary>A whole number from 0.</summary>
    Count,
    /// <summary>A whole number, negative ones too.</summary>
    Integer,
    /// <summary>Whole numbers from 0 with commas between them.</summary>
    Counts,
    Duration,
    Size,
}

/// <summary>
/// One flag of one or several verbs. <see cref="Name"/> is without its dashes and without <c>no-</c>.
/// </summary>
internal sealed record Flag(string Name, FlagKind Kind, string ValueName, string Help)
{
    /// <summary>May be given several times; every value counts.</summary>
    public bool Repeats { get; init; }

    /// <summary>Becomes a member of the config of a process.</summary>
    public bool ChangesConfig { get; init; }

    /// <summary>Its purpose is to be switched off: help shows <c>--no-NAME</c>.</summary>
    public bool ShownAsNo { get; init; }

    /// <summary>Belongs to a later version: refused, with the reason.</summary>
    public bool Later { get; init; }

    public bool TakesValue => Kind != FlagKind.Switch;
}
