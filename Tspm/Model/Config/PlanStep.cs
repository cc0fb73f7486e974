namespace Tspm.Model.Config;

/// <summary>What <c>apply</c> does to one process, as <c>plan</c> says it.</summary>
internal sealed record PlanStep
{
    public const string Create = "create", Change = "change", Delete = "delete", Keep = "keep";

    public required string Name { get; init; }

    /// <summary>create, change, delete or keep.</summary>
    public required string Action { get; init; }

    /// <summary>
    /// Of a change: the fields, inner ones with dots (<c>env.PORT</c>); <c>environment</c> is the shell's, kept with
    /// the process. Never their values.
    /// </summary>
    public IReadOnlyList<string>? Changes { get; init; }

    /// <summary>Instances that run are restarted; otherwise their children go on.</summary>
    public bool Restarts { get; init; }
}
