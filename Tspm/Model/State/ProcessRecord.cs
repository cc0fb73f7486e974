using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>
/// The part of a <see cref="RunRecord"/> that describes the process, independent of its current child.
/// </summary>
internal sealed record ProcessRecord
{
    public string BootId { get; init; } = "";

    /// <summary>The guardian of the daemon that wrote the record.</summary>
    public int GuardianPid { get; init; }

    /// <summary>The number of the newest run; 0 if the process was never started.</summary>
    public ulong LastRunId { get; init; }

    /// <summary>Name of the lifecycle phase.</summary>
    public string Phase { get; init; } = "";

    /// <summary>What happens once the child is gone.</summary>
    public string Next { get; init; } = "";

    public DesiredState Desired { get; init; }

    /// <summary>The cause of the last change.</summary>
    public Cause Cause { get; init; } = Cause.None;

    public int Restarts { get; init; }

    /// <summary>Number of consecutive failures.</summary>
    public int Failures { get; init; }

    /// <summary>When the current child was started, on the monotonic clock of this boot.</summary>
    public long StartedMonotonicMs { get; init; }

    /// <summary>When the child ended, while its leftover processes are being stopped.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long EndedMonotonicMs { get; init; }

    /// <summary>Whether the child left processes behind that are still running.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasLeftovers { get; init; }

    /// <summary>Monotonic time of the next start while the process is waiting.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long NextStartMonotonicMs { get; init; }

    /// <summary>Whether a job runs once more after its current run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRunQueued { get; init; }

    /// <summary>The exits of recent children, newest first.</summary>
    public IReadOnlyList<RecentExit> RecentExits { get; init; } = [];

    /// <summary>
    /// The definition. A child keeps running under supervision even if its definition was lost because an older
    /// generation of the store had to be used.
    /// </summary>
    public ProcessDefinition? Definition { get; init; }

    /// <summary>The environment of the definition until the store has saved it; then null.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The facts about the last ended run that had stayed up; null if they are not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunFacts? GoodFacts { get; init; }

    /// <summary>
    /// The facts about a later run that ended without having stayed up; null if they are not known or the facts of the
    /// current run are newer.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunFacts? FailedFacts { get; init; }
}
