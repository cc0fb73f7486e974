using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>The end of one child, kept for <c>describe</c> and <c>why</c>.</summary>
internal sealed record RecentExit
{
    /// <summary>0: nobody knows which process it was, or whether there was one.</summary>
    public required int Pid { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public required DateTimeOffset EndedAt { get; init; }
    public int? ExitCode { get; init; }
    public string? Signal { get; init; }

    /// <summary>
    /// One of <see cref="CauseCode"/>; null: an earlier version recorded it, see <see cref="Completed"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cause { get; init; }

    /// <summary>User and process that asked for it; null: nobody did, or it is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ByUid { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ByPid { get; init; }

    /// <summary>Why it ended, as far as Tspm knows: "stopped by user", "exited 1" …</summary>
    public required string Reason { get; init; }

    /// <summary>What of its tree, itself included, did not end in time and was killed; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<KilledProcess>? Killed { get; init; }

    /// <summary>
    /// What of its tree still lives: another user owns it, and the daemon may not signal it. Null: nothing.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<KilledProcess>? Survivors { get; init; }

    /// <summary>Of the same child; what was learnt later may differ.</summary>
    public bool IsSameEnd(RecentExit other) => Pid == other.Pid && EndedAt == other.EndedAt;

    /// <summary>
    /// The same with a cause. Earlier versions kept the sentence only, in which what somebody had asked for stood
    /// behind a colon.
    /// </summary>
    public RecentExit Completed()
    {
        if (Cause is not null) return this;
        var wasAsked = Reason.Contains(": ", StringComparison.Ordinal);
        var ended = ExitCode == 0 ? CauseCode.Exit : CauseCode.Crash;
        return this with { Cause = wasAsked ? CauseCode.Unknown : ended };
    }
}
