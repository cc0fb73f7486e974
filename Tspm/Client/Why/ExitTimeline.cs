using Tspm.Model.State;

namespace Tspm.Client.Why;

/// <summary>How the most serious exit of a step ended; the more serious, the greater.</summary>
internal enum ExitClass
{
    None,

    /// <summary>The child ended on its own, without a failure.</summary>
    Ended,

    /// <summary>A request, a schedule, a changed file or another process ended the child.</summary>
    Requested,

    /// <summary>Tspm ended the child because of its memory, its health or its silence.</summary>
    Unfit,

    /// <summary>The child failed on its own, or could not be started.</summary>
    Failed,
}

/// <summary>
/// The exits of one instance over the last hour, or over the last day if some are older: one step for each dot of a
/// line. Exits that are older than a day do not count.
/// </summary>
internal sealed class ExitTimeline
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1), Day = TimeSpan.FromDays(1);

    readonly int[] _counts = new int[(int)ExitClass.Failed + 1];

    /// <summary>The class of each step as a number; another type of array would enlarge the executable.</summary>
    readonly int[] _steps;

    ExitTimeline(TimeSpan span, TimeSpan step) => (Span, Step, _steps) = (span, step, new int[(int)(span / step)]);

    /// <summary>An hour or a day.</summary>
    public TimeSpan Span { get; }

    /// <summary>The time that one dot stands for.</summary>
    public TimeSpan Step { get; }

    /// <summary>The number of steps; the last one ends now.</summary>
    public int Count => _steps.Length;

    /// <summary>The most serious class of a step, of which the first is the oldest.</summary>
    public ExitClass At(int step) => (ExitClass)_steps[step];

    /// <summary>The number of steps at the beginning of which nothing is known, because the record was cut.</summary>
    public int Unknown { get; private init; }

    /// <summary>The number of exits of a class.</summary>
    public int CountOf(ExitClass one) => _counts[(int)one];

    /// <returns>Null if there was no exit within the last day.</returns>
    /// <param name="exits">All exits, in any order.</param>
    /// <param name="now">The end of the line.</param>
    /// <param name="knownSince">Since when exits are known; null if all are.</param>
    public static ExitTimeline? From(
        IReadOnlyList<WhyExit> exits, DateTimeOffset now, DateTimeOffset? knownSince = null)
    {
        var recent = exits.Where(exit => now - exit.Event.Time < Day).ToList();
        if (recent.Count == 0) return null;
        var isHour = recent.TrueForAll(exit => now - exit.Event.Time < Hour);
        var (span, step) = isHour ? (Hour, TimeSpan.FromMinutes(2)) : (Day, TimeSpan.FromMinutes(30));
        var timeline = new ExitTimeline(span, step)
        {
            Unknown = knownSince is { } since && now - since < span ? (int)((span - (now - since)) / step) : 0,
        };
        foreach (var exit in recent) timeline.Add(exit, now - exit.Event.Time);
        return timeline;
    }

    void Add(WhyExit exit, TimeSpan age)
    {
        var kind = ClassOf(exit);
        // An exit in the future was recorded before the clock was set back.
        var step = Math.Min(Count - 1, Count - 1 - (int)Math.Floor(age / Step));
        _steps[step] = Math.Max(_steps[step], (int)kind);
        _counts[(int)kind]++;
    }

    static ExitClass ClassOf(WhyExit exit) => exit.Cause switch
    {
        CauseCode.Memory or CauseCode.Health or CauseCode.Watchdog or CauseCode.NotReady => ExitClass.Unfit,
        var cause when CauseCode.IsFailure(cause) => ExitClass.Failed,
        CauseCode.Exit or CauseCode.Background => ExitClass.Ended,
        _ => ExitClass.Requested,
    };
}
