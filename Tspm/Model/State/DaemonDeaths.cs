using System.Globalization;
using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>
/// How often the daemon has died unexpectedly under the running guardian. Stops, upgrades and hand-overs do not count.
/// </summary>
internal sealed record DaemonDeaths
{
    public required int Count { get; init; }

    /// <summary>When the guardian was started. An upgrade or a hand-over of the guardian does not change it.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The most recent death; null if there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DaemonDeath? Last { get; init; }

    /// <summary>How long <c>list</c> mentions a death: somebody who was away overnight still sees it.</summary>
    static readonly TimeSpan MentionedFor = TimeSpan.FromHours(24);

    /// <summary>Whether the last death is recent enough for <c>list</c> to mention it.</summary>
    public bool IsRecent(DateTimeOffset now) => Last is { } last && now - last.At < MentionedFor;

    /// <summary>
    /// A phrase such as "3 times since T1, last at T2 (pid 4711, killed by SIGKILL)"; empty if there was no death.
    /// </summary>
    /// <param name="timeText">Formats a time for the reader.</param>
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

/// <summary>One unexpected death of a daemon.</summary>
internal sealed record DaemonDeath
{
    public required DateTimeOffset At { get; init; }

    public required int Pid { get; init; }

    /// <summary>A phrase: "killed by SIGKILL", "exited with code 134".</summary>
    public required string Cause { get; init; }

    /// <summary>
    /// Number of daemons in a row, including this one, that died within 10 s of their start or could not be started.
    /// Null if a guardian of an older version did not count them.
    /// </summary>
    public int? Consecutive { get; init; }
}

/// <summary>
/// The file in <c>run/</c> in which the guardian notes the deaths, for clients that no daemon answers.
/// </summary>
internal sealed record DaemonDeathsNote
{
    public required int GuardianPid { get; init; }

    /// <summary>
    /// Start time of the guardian in clock ticks since boot. A later process with the same pid has another one.
    /// </summary>
    public required long GuardianStartTicks { get; init; }

    public required DaemonDeaths Deaths { get; init; }
}
