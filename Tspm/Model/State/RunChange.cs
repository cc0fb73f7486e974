using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>One difference between two runs, or between a run and the present.</summary>
internal sealed record RunChange
{
    public const string Program = "program", Script = "script", OfConfig = "config", Environment = "environment",
        Git = "git", Machine = "machine";

    /// <summary>One of the constants above.</summary>
    public required string What { get; init; }

    /// <summary>Paths of files, config fields or names of variables; null if the change is not about any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The commit, or the path of the file, before and after; null for other changes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Before { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? After { get; init; }

    /// <summary>When the change happened; null if that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Time { get; init; }

    /// <summary>A sentence for people.</summary>
    public required string Sentence { get; init; }
}

/// <summary>Changes since the last run that stayed up.</summary>
internal sealed record RunChanges
{
    /// <summary>The last run that stayed up.</summary>
    public required RunOfChanges Since { get; init; }

    /// <summary>The later run that it is compared with; missing if it is compared with the present.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunOfChanges? Until { get; init; }

    public required IReadOnlyList<RunChange> Changes { get; init; }

    /// <summary>
    /// Values of <see cref="RunChange.What"/> that could not be compared completely; missing if all were.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? NotKnown { get; init; }
}

/// <summary>Identifies a run.</summary>
internal sealed record RunOfChanges
{
    public required int Pid { get; init; }

    public required string RunId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? StartedAt { get; init; }
}
