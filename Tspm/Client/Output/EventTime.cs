using System.Globalization;

namespace Tspm.Client.Output;

/// <summary>
/// The time of an event on a terminal: of today only the time of day, of this year without the year, so that the
/// sentence has room. What is not read by people gets the whole time (<see cref="LogPrinter.TimeOf"/>).
/// </summary>
internal static class EventTime
{
    /// <param name="time">Of the event.</param>
    /// <param name="now">The present, in the viewer's time zone.</param>
    public static string Of(DateTimeOffset time, DateTimeOffset now)
    {
        var local = time.ToOffset(now.Offset);
        var date = local.Date == now.Date ? "" : local.Year == now.Year ? "MM-dd " : "yyyy-MM-dd ";
        return local.ToString($"{date}HH:mm:ss", CultureInfo.InvariantCulture);
    }
}
