namespace Tspm.Model.Config;

/// <summary>What <c>apply</c> does, or would do, to one process; <c>plan</c> shows these steps.</summary>
internal sealed record PlanStep
{
    public const string Create = "create", Change = "change", Delete = "delete", Keep = "keep";

    public required string Name { get; init; }

    /// <summary>create, change, delete or keep.</summary>
    public required string Action { get; init; }

    /// <summary>
    /// For a change, the changed fields, nested ones with dots (<c>env.PORT</c>), never their values.
    /// <c>environment</c> stands for the environment of the shell that is kept with the process.
    /// </summary>
    public IReadOnlyList<string>? Changes { get; init; }

    /// <summary>Whether running instances are restarted; otherwise their children keep running.</summary>
    public bool Restarts { get; init; }
}
