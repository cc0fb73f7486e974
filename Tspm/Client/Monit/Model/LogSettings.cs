namespace Tspm.Client.Monit.Model;

/// <summary>Which time stands in front of a line.</summary>
internal enum LogTimes
{
    None,
    Clock,
    Ago,
}

/// <summary>Which streams are shown.</summary>
internal enum LogStreams
{
    Both,
    Out,
    Err,
}

/// <summary>
/// How lines are shown and which. The settings are the same for all processes, so that they stay when the user looks at
/// another one.
/// </summary>
internal sealed class LogSettings
{
    public LogTimes Times { get; private set; } = LogTimes.Clock;

    public LogStreams Streams { get; private set; }

    public bool Wraps { get; private set; }

    /// <summary>Whether lines that are JSON objects are shown as words.</summary>
    public bool PrettyJson { get; set; }

    /// <summary>How many cells of each line are left of the screen.</summary>
    public int Left { get; private set; }

    /// <summary>Which lines are shown; null for all.</summary>
    public LineFilter? Filter { get; private set; }

    /// <summary>What is highlighted; null for nothing.</summary>
    public SearchText? Search { get; set; }

    /// <summary>Changes whenever other lines are to be shown.</summary>
    public int Version { get; private set; }

    /// <summary>Shows only lines that match, or with <c>!</c> in front those that do not.</summary>
    public void SetFilter(string text)
    {
        Filter = LineFilter.From(text);
        Version++;
    }

    public void NextTimes() => Times = (LogTimes)(((int)Times + 1) % 3);

    public void NextStreams()
    {
        Streams = (LogStreams)(((int)Streams + 1) % 3);
        Version++;
    }

    public void ToggleWrap() => (Wraps, Left) = (!Wraps, 0);

    public void ScrollSideways(int cells) => Left = Math.Max(0, Left + cells);

    /// <summary>Whether a line is shown. Events and markers always are.</summary>
    public bool Shows(LogRecord record)
    {
        if (record.Kind is LogRecordKind.Marker or LogRecordKind.Event) return true;
        if (Streams == LogStreams.Out && record.Kind == LogRecordKind.Err) return false;
        if (Streams == LogStreams.Err && record.Kind == LogRecordKind.Out) return false;
        return Filter is not { } filter || filter.Shows(record.Text.Text);
    }
}
