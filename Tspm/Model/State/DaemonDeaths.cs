using System.Globalization;
using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>
/// How often the daemon has died unplanned under the guardian that now runs: stopping, upgrading and handing over do
/// not count.
/// </summary>
internal sealed record DaemonDeaths
{
    public required int Count { get; init; }

    /// <summary>When the guardian began; an upgrade or a hand-over of the guardian does not change it.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The most recent death; null: there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DaemonDeath? Last { get; init; }

    /// <summary>How long <c>list</c> mentions a death: whoever was away for a night still sees it.</summary>
    static readonly TimeSpan MentionedFor = TimeSpan.FromHours(24);

    /// <summary>The last death is recent enough that <c>list</c> mentions it.</summary>
    public bool IsRecent(DateTimeOffset now) => Last is { } last && now - last.At < MentionedFor;

    /// <summary>"3 times since T1, last at T2 (pid 4711, killed by SIGKILL)"; empty without a death.</summary>
    /// <param name="timeText">Writes a time the way the reader expects it.</param>
    public string Words(Func<DateTimeOffset, string> timeText)
    {
        if (Last is not { } last) return "";
        var who = string.Create(CultureInfo.InvariantCulture, $"(pid {last.Pid}, {last.Cause})");
        return Count == 1
            ? $"once, at {timeText(last.At)} {who}"
            : string.Create(CultureInfo.InvariantCulture,
                $"{Count} times since {timeText(Since)}, last at {timeText(last.At)} {who}");
    }
}

/// <summary>One unplanned death of a daemon.</summary>
internal sealed record DaemonDeath
{
    public required DateTimeOffset At { get; init; }

    public required int Pid { get; init; }

    /// <summary>A phrase: "killed by SIGKILL", "exited with code 134".</summary>
    public required string Cause { get; init; }

    /// <summary>
    /// How many daemons in a row had failed when this one died, itself included: each died within 10 s of its start, or
    /// could not be started. Null: a guardian of an older version did not count.
    /// </summary>
    public int? Consecutive { get; init; }
}

/// <summary>The guardian's note in <c>run/</c>, for clients that get no answer from a daemon.</summary>
internal sealed record DaemonDeathsNote
{
    public required int GuardianPid { get; init; }

    /// <summary>
    /// Start time of that process in clock ticks since boot: a later process with the same pid has another one.
    /// </summary>
    public required long GuardianStartTicks { get; init; }

    public required DaemonDeaths Deaths { get; init; }
}
