using System.Text.Json.Serialization;
using Tspm.Model.Config;

namespace Tspm.Model.State;

/// <summary>
/// One defined process: the user's config, and what the daemon assigned. What the user wants of it (up or down) is the
/// lifecycle's; it is added when the definition is saved (<see cref="SavedProcess"/>). Immutable; a change makes a new
/// one.
/// </summary>
internal record ProcessDefinition
{
    [JsonPropertyOrder(-1)] // in front of what a derived record adds, as it has always been
    public required int Id { get; init; }

    /// <summary>Complete: name and projectDir are always present.</summary>
    [JsonPropertyOrder(-1)]
    public required ProcessConfig Config { get; init; }

    /// <summary>Key into the store's environments: equal ones are stored once.</summary>
    public required string EnvironmentKey { get; init; }

    /// <summary>
    /// The soft limit of open descriptors that the defining client had, where <see cref="Launch"/> names none; null:
    /// the daemon's own.
    /// </summary>
    public long? OpenFilesLimit { get; init; }

    /// <summary>
    /// What else the defining client's shell gave to its programs; null: it was defined before that was kept, or nobody
    /// knows.
    /// </summary>
    public LaunchContext? Launch { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// See <see cref="ProjectName"/>; null: it was defined by <c>start</c>, or before projects were kept. The first
    /// <c>apply</c> that names it takes it over.
    /// </summary>
    public string? Project { get; init; }

    /// <summary>The name under which its log files still lie, until they are renamed; null: its own.</summary>
    public LogsUnder? LogsUnder { get; init; }

    /// <summary>It is to be stopped and then forgotten; null: it stays.</summary>
    public Deletion? Deletion { get; init; }

    /// <summary>
    /// What runs with a lower run number is to be restarted, because the definition has changed; null: nothing is.
    /// </summary>
    public ulong? RestartBefore { get; init; }

    [JsonIgnore] public string Name => Config.NameOrEmpty;

    [JsonIgnore] public string Namespace => Config.Namespace ?? DefaultNamespace;

    [JsonIgnore] public int Instances => Config.Instances ?? 1;

    /// <summary>A copy without what a derived record adds.</summary>
    protected ProcessDefinition Alone() => new(this);

    public const string DefaultNamespace = "default";

    [JsonIgnore] public bool IsEnabled => Config.Enabled ?? true;
}
