using System.Globalization;

namespace Tspm.Client.Output;

/// <summary>
/// The time of an event on a terminal, as short as possible: without the date if it is today, without the year if it is
/// this year. Programs get the whole time (<see cref="LogPrinter.TimeOf"/>).
/// </summary>
internal static class EventTime
{
    /// <param name="time">The time of the event.</param>
    /// <param name="now">The present, in the viewer's time zone.</param>
    public static string Format(DateTimeOffset time, DateTimeOffset now)
    {
        var local = time.ToOffset(now.Offset);
        var date = local.Date == now.Date ? "" : local.Year == now.Year ? "MM-dd " : "yyyy-MM-dd ";
        return local.ToString($"{date}HH:mm:ss", CultureInfo.InvariantCulture);
    }
}
