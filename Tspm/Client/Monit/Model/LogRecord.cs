using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Model;

/// <summary>What a line of the log pane is.</summary>
internal enum LogRecordKind
{
    Out,
    Err,

    /// <summary>What happened to the process.</summary>
    Event,

    /// <summary>A line that the user drew, with its time.</summary>
    Marker,

    /// <summary>Lines are missing here.</summary>
    Gap,
}

/// <summary>A line of the log pane.</summary>
/// <param name="Number">Its place in the order of the lines; older lines have smaller numbers.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Source">The process that it belongs to; its id gives the colour of the name.</param>
/// <param name="Time">When it was written; null if that is not known.</param>
/// <param name="Text">The text with the program's own colours.</param>
internal sealed record LogRecord(
    long Number, LogRecordKind Kind, LogSource Source, DateTimeOffset? Time, StyledText Text)
{
    /// <summary>See <see cref="Protocol.LogLine.Seq"/>; 0 for a line that does not come from a log.</summary>
    public long Seq { get; init; }
}

/// <summary>The process of a line.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Instance">Its instance.</param>
/// <param name="Name">Its name as shown in front of its lines.</param>
internal readonly record struct LogSource(int Id, int Instance, string Name);
