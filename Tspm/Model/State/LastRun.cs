using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>How the last child of an instance ended.</summary>
internal sealed record LastRun
{
    /// <summary>Null when it is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Null when a signal ended it, or when nobody saw how it ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public int? ExitCode { get; init; }

    /// <summary>Such as "SIGKILL"; null when no signal ended it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? Signal { get; init; }

    /// <summary>One of <see cref="CauseCode"/>; null when the cause is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? Cause { get; init; }
}
