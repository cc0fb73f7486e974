using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>How the last child of an instance ended.</summary>
internal sealed record LastRun
{
    /// <summary>Null if it is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Null if a signal ended the child, or if nobody saw how it ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public int? ExitCode { get; init; }

    /// <summary>The signal that ended the child, such as "SIGKILL"; null if none did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? Signal { get; init; }

    /// <summary>One of <see cref="CauseCode"/>; null if the cause is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? Cause { get; init; }
}
