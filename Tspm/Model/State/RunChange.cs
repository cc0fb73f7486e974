using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>One thing that differs between two runs, or between a run and the present.</summary>
internal sealed record RunChange
{
    public const string Program = "program", Script = "script", OfConfig = "config", Environment = "environment",
        Git = "git", Machine = "machine";

    /// <summary>One of the words above.</summary>
    public required string What { get; init; }

    /// <summary>Paths of files, config fields or names of variables; null: it is about none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The commit, or the path of the file, before and after; null: it is not about that.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Before { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? After { get; init; }

    /// <summary>When it happened; null: not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Time { get; init; }

    /// <summary>For people.</summary>
    public required string Sentence { get; init; }
}

/// <summary>What has changed since the last run that stayed up.</summary>
internal sealed record RunChanges
{
    /// <summary>That run.</summary>
    public required RunOfChanges Since { get; init; }

    /// <summary>The later run with which it is compared; missing: with what is there now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunOfChanges? Until { get; init; }

    public required IReadOnlyList<RunChange> Changes { get; init; }

    /// <summary>Values of <see cref="RunChange.What"/> about which not everything is known; missing: all is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? NotKnown { get; init; }
}

/// <summary>Names a run.</summary>
internal sealed record RunOfChanges
{
    public required int Pid { get; init; }

    public required string RunId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? StartedAt { get; init; }
}
