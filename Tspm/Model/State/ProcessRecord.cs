using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>What a <see cref="RunRecord"/> says of a process, whichever of its children runs.</summary>
internal sealed record ProcessRecord
{
    public string BootId { get; init; } = "";

    /// <summary>The guardian that was parent of the daemon that wrote this.</summary>
    public int GuardianPid { get; init; }

    /// <summary>The newest run there ever was; 0: never started.</summary>
    public ulong LastRunId { get; init; }

    /// <summary>Name of the lifecycle phase.</summary>
    public string Phase { get; init; } = "";

    /// <summary>What follows when the child is gone.</summary>
    public string Next { get; init; } = "";

    public DesiredState Desired { get; init; }

    /// <summary>Of the last change.</summary>
    public Cause Cause { get; init; } = Cause.None;

    public int Restarts { get; init; }

    /// <summary>Consecutive ones.</summary>
    public int Failures { get; init; }

    /// <summary>When the present child was started, on the monotonic clock of this boot.</summary>
    public long StartedMonotonicMs { get; init; }

    /// <summary>When the child ended, while what it left behind is being ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long EndedMonotonicMs { get; init; }

    /// <summary>The child left living processes behind.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasLeftovers { get; init; }

    /// <summary>Monotonic time of the next try, when waiting.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long NextStartMonotonicMs { get; init; }

    /// <summary>A job that is to run once more when its present run is over.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRunQueued { get; init; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<RecentExit> RecentExits { get; init; } = [];

    /// <summary>
    /// The definition, so that a child whose definition was lost (an older generation had to be used) is not.
    /// </summary>
    public ProcessDefinition? Definition { get; init; }

    /// <summary>The environment of the definition, until it is saved with it; then null.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>What the last run that stayed up and has ended was started with; null: not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunFacts? GoodFacts { get; init; }

    /// <summary>
    /// The same of a later run that ended and had not stayed up; null: not known, or the present run's facts are newer.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunFacts? FailedFacts { get; init; }
}
