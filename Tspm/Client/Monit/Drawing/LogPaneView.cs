using System.Globalization;
using Tspm.Client.Monit.Model;
using Tspm.Client.Output;
using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Drawing;

/// <summary>
/// The lines of logs. In front of each are its time and, if there are several processes, its name; a red bar marks
/// standard error. Lines in which the program has no colours of its own have the colour of their level.
/// </summary>
internal static class LogPaneView
{
    const int MostNameWidth = 16;

    static readonly Style
        Gap = Style.Of(Colour.BrightYellow),
        Marker = Style.Of(Colour.Cyan),
        Bar = Style.Of(Colour.Red);

    static readonly Colour[] NameColours =
        [Colour.Cyan, Colour.Green, Colour.Yellow, Colour.Blue, Colour.Magenta];

    public static void Draw(ScreenBuffer frame, MonitModel model, Region region, DateTimeOffset now)
    {
        var logs = model.Logs;
        var shown = logs.Shown;
        if (shown.Count == 0)
        {
            var empty = model.LogSettings.Filter is null ? "no output yet" : "no line matches; & changes the filter";
            frame.Write(region.X, region.Y, empty, Style.Dim, region.Width);
            return;
        }
        var nameWidth = NameWidth(model, logs, region);
        var rows = VisibleRows(model, logs, region.Height, region.Width - FrontWidth(model, nameWidth));
        for (var i = 0; i < rows.Count; i++)
            DrawRow(frame, model, rows[i], new Region(region.X, region.Y + i, region.Width, 1), nameWidth, now);
    }

    /// <summary>The texts of the lines between two rows of the screen.</summary>
    public static List<string> TextsBetween(MonitModel model, Region region, int from, int to)
    {
        var nameWidth = NameWidth(model, model.Logs, region);
        var rows = VisibleRows(model, model.Logs, region.Height, region.Width - FrontWidth(model, nameWidth));
        var texts = new List<string>();
        for (var y = Math.Max(from, region.Y); y <= to && y - region.Y < rows.Count; y++)
        {
            var row = rows[y - region.Y];
            var text = row.Text.Text.Substring(row.Begin, row.Length);
            // A wrapped line is one line again.
            if (row.IsFirst || texts.Count == 0) texts.Add(text);
            else texts[^1] += text;
        }
        return texts;
    }

    /// <summary>A row of the screen: a line, or a part of one that is wrapped.</summary>
    sealed record LogRow(LogRecord Record, StyledText Text, int Begin, int Length, bool IsFirst);

    /// <summary>The rows that fit, from the last visible line upwards.</summary>
    static List<LogRow> VisibleRows(MonitModel model, LogView logs, int height, int width)
    {
        var rows = new List<LogRow>();
        for (var i = Math.Max(0, logs.BottomIndex); i >= 0 && rows.Count < height; i--)
        {
            var record = logs.Shown[i];
            var wraps = model.LogSettings.Wraps && record.Kind is LogRecordKind.Out or LogRecordKind.Err;
            var text = TextOf(record, model.LogSettings);
            IEnumerable<(int Begin, int Length)> parts =
                wraps ? text.Wrap(Math.Max(1, width)) : [(0, text.Text.Length)];
            rows.AddRange(parts.Select(part => new LogRow(record, text, part.Begin, part.Length, part.Begin == 0))
                .Reverse());
        }
        if (rows.Count > height) rows.RemoveRange(height, rows.Count - height);
        rows.Reverse();
        return rows;
    }

    /// <summary>The text as it is shown.</summary>
    static StyledText TextOf(LogRecord record, LogSettings settings)
    {
        if (record.Kind == LogRecordKind.Event) return StyledText.Of($"── {record.Text.Text} ──");
        return settings.PrettyJson && JsonLine.Format(record.Text.Text) is { } pretty ? pretty : record.Text;
    }

    static void DrawRow(ScreenBuffer frame, MonitModel model, LogRow part, Region row, int nameWidth,
        DateTimeOffset now)
    {
        var record = part.Record;
        var isSelected = model.Logs.IsSelected(record);
        if (isSelected) frame.Fill(row.X, row.Y, row.Width, Style.Reverse);
        var x = row.X + FrontWidth(model, nameWidth);
        if (part.IsFirst) DrawFront(frame, model, record, row, nameWidth, now);
        var rest = row with { X = x, Width = row.X + row.Width - x };
        if (rest.Width <= 0) return;
        var own = isSelected ? Style.Reverse : StyleOf(record);
        var (search, left) = (model.LogSettings.Search, model.LogSettings.Left);
        if (record.Kind == LogRecordKind.Marker) frame.Write(x, row.Y, new string('─', rest.Width), own, rest.Width);
        else if (!model.LogSettings.Wraps) TextPainter.Write(frame, rest, part.Text, left, search, own);
        else
            TextPainter.Write(frame, x, row.Y, rest.Width, part.Text, part.Begin, part.Length,
                search?.FindAll(part.Text.Text) ?? [], own);
    }

    /// <summary>Draws the time, the name, and the mark of standard error.</summary>
    static void DrawFront(ScreenBuffer frame, MonitModel model, LogRecord record, Region row, int nameWidth,
        DateTimeOffset now)
    {
        var (x, end) = (row.X, row.X + row.Width);
        if (model.LogSettings.Times != LogTimes.None)
        {
            frame.Write(x, row.Y, TimeOf(record, model.LogSettings.Times, now), Style.Dim, row.Width);
            x += TimeWidth(model) + 1;
        }
        if (nameWidth > 0)
        {
            var style = Style.Of(NameColours[record.Source.Id % NameColours.Length]);
            frame.Write(x, row.Y, record.Source.Name ?? "", style, Math.Min(nameWidth, end - x));
            x += nameWidth + 1;
        }
        if (record.Kind == LogRecordKind.Err) frame.Write(x, row.Y, "▏", Bar, end - x);
    }

    static int FrontWidth(MonitModel model, int nameWidth) =>
        (model.LogSettings.Times == LogTimes.None ? 0 : TimeWidth(model) + 1) + (nameWidth > 0 ? nameWidth + 1 : 0) + 1;

    static int TimeWidth(MonitModel model) => model.LogSettings.Times == LogTimes.Ago ? 7 : 12;

    static string TimeOf(LogRecord record, LogTimes times, DateTimeOffset now)
    {
        if (record.Time is not { } time) return "";
        if (times == LogTimes.Clock)
            return time.ToOffset(now.Offset).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        return Display.Uptime(Math.Max(1000, (long)(now - time).TotalMilliseconds)).Split(' ') is [var first, ..] parts
            ? parts.Length > 1 && parts[1].Length <= 2 ? first + parts[1] : first : "";
    }

    /// <summary>The width of names; 0 if all lines are of one process.</summary>
    static int NameWidth(MonitModel model, LogView logs, Region region)
    {
        if (model.LogSourceCount <= 1) return 0;
        var width = 0;
        for (var i = logs.BottomIndex; i >= 0 && i > logs.BottomIndex - region.Height; i--)
            width = Math.Max(width, CellText.WidthOf(logs.Shown[i].Source.Name ?? ""));
        return Math.Min(MostNameWidth, width);
    }

    static Style StyleOf(LogRecord record) => record.Kind switch
    {
        LogRecordKind.Event => Style.Dim,
        LogRecordKind.Gap => Gap,
        LogRecordKind.Marker => Marker,
        _ => record.Text.HasStyle ? default : LevelStyle(record.Text.Text),
    };

    /// <summary>The colour of the level that is named near the beginning of a line.</summary>
    static Style LevelStyle(string line)
    {
        var begin = line.AsSpan(0, Math.Min(line.Length, 60));
        if (Has(begin, "ERROR") || Has(begin, "FATAL") || Has(begin, "\"level\":\"error\""))
            return Style.Of(Colour.BrightRed);
        return Has(begin, "WARN") || Has(begin, "\"level\":\"warn") ? Style.Of(Colour.BrightYellow) : default;

        static bool Has(ReadOnlySpan<char> text, string word) => text.Contains(word, StringComparison.Ordinal);
    }
}
