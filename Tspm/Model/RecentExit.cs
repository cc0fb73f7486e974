using System.Text.Json.Serialization;

namespace Tspm.Model;

/// <summary>The end of one child, kept for <c>describe</c> and <c>why</c>.</summary>
internal sealed record RecentExit
{
    public required int Pid { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public required DateTimeOffset EndedAt { get; init; }
    public int? ExitCode { get; init; }
    public string? Signal { get; init; }
    /// <summary>Why it ended, as far as Tspm knows: "stopped by user", "exited 1" …</summary>
    public required string Reason { get; init; }

    /// <summary>What of its tree, itself included, did not end in time and was killed; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<KilledProcess>? Killed { get; init; }

    /// <summary>What of its tree still lives: another user owns it, and the daemon may not signal it. Null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<KilledProcess>? Survivors { get; init; }
}
