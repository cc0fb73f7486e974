using System.Text.Json.Serialization;
using Tspm.Model.Config;

namespace Tspm.Model.State;

/// <summary>
/// A defined process: the config of the user, and what the daemon assigned to it. The desired state belongs to the
/// lifecycle and is added when the definition is saved (<see cref="SavedProcess"/>). Immutable: a change makes a new
/// definition.
/// </summary>
internal record ProcessDefinition
{
    [JsonPropertyOrder(-1)] // before the members of a derived record, as in existing files
    public required int Id { get; init; }

    /// <summary>The config; name and projectDir are always set.</summary>
    [JsonPropertyOrder(-1)]
    public required ProcessConfig Config { get; init; }

    /// <summary>The key of the environment in the store, where equal environments are stored once.</summary>
    public required string EnvironmentKey { get; init; }

    /// <summary>
    /// The soft limit of open descriptors of the client that defined the process, unless <see cref="Launch"/> has one;
    /// null means the limit of the daemon.
    /// </summary>
    public long? OpenFilesLimit { get; init; }

    /// <summary>
    /// The other settings that the shell of the defining client passes on; null if they are not known, for example
    /// because an earlier version defined the process.
    /// </summary>
    public LaunchContext? Launch { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// See <see cref="ProjectName"/>. Null if the process was defined by <c>start</c> or before projects existed; the
    /// first <c>apply</c> with its name sets the project.
    /// </summary>
    public string? Project { get; init; }

    /// <summary>
    /// The former name that the log files still have, until they are renamed; null if they have the current name.
    /// </summary>
    public LogsUnder? LogsUnder { get; init; }

    /// <summary>Set while the process is being deleted; else null.</summary>
    public Deletion? Deletion { get; init; }

    /// <summary>
    /// Runs with a lower number must be restarted because the definition has changed; 0 if none must be.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong RestartBefore { get; init; }

    /// <summary>Whether the process is deleted once no client holds it (<c>tspm run</c>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsTemporary { get; init; }

    [JsonIgnore] public string Name => Config.NameOrEmpty;

    [JsonIgnore] public string Namespace => Config.Namespace ?? DefaultNamespace;

    [JsonIgnore] public int Instances => Config.Instances ?? 1;

    /// <summary>A copy without the members of a derived record.</summary>
    protected ProcessDefinition WithoutDerived() => new(this);

    public const string DefaultNamespace = "default";

    [JsonIgnore] public bool IsEnabled => Config.Enabled ?? true;
}
