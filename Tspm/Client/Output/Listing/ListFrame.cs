using System.Globalization;
using Tspm.Client.Terminal;

namespace Tspm.Client.Output.Listing;

/// <summary>
/// A frame of <c>list -f</c>: the totals and the time in the first row, then the list. Rows for which the screen is not
/// high enough are counted in the last one.
/// </summary>
internal static class ListFrame
{
    /// <summary>The rows of a table apart from its processes, and the first row of the screen.</summary>
    const int RowsAround = 4, RowsAbove = 1;

    public static void Draw(ScreenBuffer frame, ListView view, ListOptions options, DateTimeOffset now)
    {
        var rows = ListRow.From(view.Shown, ListRow.WithSeveral(view.All), now);
        DrawHeading(frame, rows, view.Problem, now);
        var sink = new ScreenSink(frame, RowsAbove);
        if (rows.Length == 0)
        {
            if (view.Problem is null)
                DrawnList.PrintSentence(sink, NothingToShow.InList(view.All, options), frame.Width);
            return;
        }
        var room = Math.Max(1, frame.Height - RowsAbove - RowsAround);
        if (rows.Length <= room)
        {
            DrawnList.Print(sink, rows, options, frame.Width);
            return;
        }
        var fitting = Math.Max(1, room - 1);
        DrawnList.Print(sink, rows[..fitting], options, frame.Width);
        var more = string.Create(CultureInfo.InvariantCulture, $"… and {rows.Length - fitting} more");
        var last = frame.Height - 1;
        frame.Fill(0, last, frame.Width, default);
        frame.Write(0, last, more, Style.Dim);
    }

    static void DrawHeading(ScreenBuffer frame, ListRow[] rows, string? problem, DateTimeOffset now)
    {
        var time = now.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var room = frame.Width - time.Length - 1;
        var words = problem ?? (rows.Length > 0 ? ListTable.TotalsOf(rows) : "");
        var style = problem is null ? Style.Bold : Style.Of(Colour.BrightYellow);
        if (room > 0) frame.Write(0, 0, words, style, room);
        frame.Write(Math.Max(0, frame.Width - time.Length), 0, time, Style.Dim);
    }
}
