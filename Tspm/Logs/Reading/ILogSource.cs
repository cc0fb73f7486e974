using Tspm.Protocol;

namespace Tspm.Logs.Reading;

/// <summary>What came of asking a source for its next line.</summary>
internal enum LogStep
{
    /// <summary>There is one: <see cref="ILogSource.Head"/>.</summary>
    Line,
    /// <summary>Much was read and nothing found yet: ask again, others first.</summary>
    Busy,
    /// <summary>Nothing more, or not yet.</summary>
    Nothing,
}

/// <summary>
/// Something that says lines in its own order: one stream of one instance, and whatever else is to stand among them in
/// a view (the daemon's events). A view merges sources by time.
/// </summary>
internal interface ILogSource : IDisposable
{
    /// <summary>The work before the first line, in slices: after each one others may have their turn.</summary>
    IEnumerable<bool> Locate();

    /// <summary>Goes on to the next line.</summary>
    /// <param name="takePartial">A rest without a break counts as a line.</param>
    LogStep Next(bool takePartial);

    /// <summary>The line that <see cref="Next"/> found.</summary>
    LogLine Head { get; }

    /// <summary>
    /// Its place among the lines of others, Unix milliseconds. Never less than that of the line before: within a source
    /// the order is the source's.
    /// </summary>
    long HeadTime { get; }
}
