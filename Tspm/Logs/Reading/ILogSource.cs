using Tspm.Protocol;

namespace Tspm.Logs.Reading;

/// <summary>Result of asking a source for its next line.</summary>
internal enum LogStep
{
    /// <summary>The next line is in <see cref="ILogSource.Head"/>.</summary>
    Line,
    /// <summary>A slice of work yielded no line yet: other sources come first, then ask again.</summary>
    Busy,
    /// <summary>There are no more lines for now.</summary>
    Nothing,
}

/// <summary>
/// A source of lines in its own order: one stream of one instance, or the events that are shown among them. A view
/// merges sources by time.
/// </summary>
internal interface ILogSource : IDisposable
{
    /// <summary>Finds the first line, in slices: after each one, the caller can give other work a turn.</summary>
    IEnumerable<bool> Locate();

    /// <summary>Moves to the next line.</summary>
    /// <param name="takePartial">Whether bytes without a line break at the end count as a line.</param>
    LogStep Next(bool takePartial);

    /// <summary>The line that <see cref="Next"/> found.</summary>
    LogLine Head { get; }

    /// <summary>
    /// Time of the line for merging, in Unix milliseconds. It never decreases, so that the lines of a source keep their
    /// order.
    /// </summary>
    long HeadTime { get; }
}
