using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>The end of one child, kept for <c>describe</c> and <c>why</c>.</summary>
internal sealed record RecentExit
{
    /// <summary>0 if it is not known which process it was, or whether there was one.</summary>
    public required int Pid { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public required DateTimeOffset EndedAt { get; init; }
    public int? ExitCode { get; init; }
    public string? Signal { get; init; }

    /// <summary>
    /// One of <see cref="CauseCode"/>; null if an earlier version recorded the exit, see <see cref="Completed"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cause { get; init; }

    /// <summary>The user who requested it; null if nobody did or if that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ByUid { get; init; }

    /// <summary>The process that requested it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ByPid { get; init; }

    /// <summary>Why the child ended, as far as Tspm knows: "stopped by user", "exited 1" …</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// Processes of the tree, the child included, that did not end in time and were killed; null if there are none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<KilledProcess>? Killed { get; init; }

    /// <summary>
    /// Processes of the tree that are still running, because another user owns them and the daemon may not signal them;
    /// null if there are none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<KilledProcess>? Survivors { get; init; }

    /// <summary>Whether both describe the exit of the same child. They may differ in what was learnt later.</summary>
    public bool IsSameEnd(RecentExit other) => Pid == other.Pid && EndedAt == other.EndedAt;

    /// <summary>
    /// The exit with a cause. Earlier versions kept only a sentence, in which a request came after a colon.
    /// </summary>
    public RecentExit Completed()
    {
        if (Cause is not null) return this;
        var wasAsked = Reason.Contains(": ", StringComparison.Ordinal);
        var ended = ExitCode == 0 ? CauseCode.Exit : CauseCode.Crash;
        return this with { Cause = wasAsked ? CauseCode.Unknown : ended };
    }
}
