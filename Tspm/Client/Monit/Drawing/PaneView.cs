using System.Globalization;
using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Drawing;

/// <summary>The pane: its tabs, and the text of the present one.</summary>
internal static class PaneView
{
    /// <summary>Where there is less room, nothing is said about the lines.</summary>
    const int LeastStatusWidth = 8;

    /// <summary>The names of the tabs, in the order of <see cref="MonitTab"/>.</summary>
    static readonly string[] Names = ["logs", "why", "info", "env", "events", "graph"];

    public static void Draw(ScreenBuffer frame, MonitModel model, MonitLayout layout, DateTimeOffset now)
    {
        if (layout.Pane.IsEmpty) return;
        if (layout.IsSideBySide)
            for (var i = 0; i < layout.Pane.Height; i++)
                frame.Write(layout.Pane.X, layout.Pane.Y + i, "│", Style.Dim, 1);
        if (!layout.IsBare) DrawTabs(frame, model, layout);
        var content = layout.Content;
        if (content.IsEmpty) return;
        if (model.Tab == MonitTab.Logs) LogPaneView.Draw(frame, model, content, now);
        else DrawText(frame, model, content, now);
    }

    /// <summary>The tab at a column of the row of tabs.</summary>
    /// <returns>Null if none is there.</returns>
    public static MonitTab? TabAt(int x, MonitLayout layout)
    {
        var at = layout.Pane.X + 1;
        for (var i = 0; i < Names.Length; i++)
        {
            var width = TabText(i, layout.Pane.Width).Length;
            if (x >= at && x < at + width) return (MonitTab)i;
            at += width + 1;
        }
        return null;
    }

    static void DrawTabs(ScreenBuffer frame, MonitModel model, MonitLayout layout)
    {
        var (x, y) = (layout.Pane.X + 1, layout.Pane.Y);
        var end = layout.Pane.X + layout.Pane.Width;
        for (var i = 0; i < Names.Length && x < end; i++)
        {
            var isOpen = (int)model.Tab == i;
            var effects = !isOpen ? TextEffects.Dim : model.IsPaneFocused
                ? TextEffects.Reverse : TextEffects.Bold | TextEffects.Underline;
            x = frame.Write(x, y, TabText(i, layout.Pane.Width), new Style(Effects: effects), end - x) + 1;
        }
        var status = model.Tab == MonitTab.Logs ? LogStatus(model)
            : model.TextFilter is { } filter ? $"&{filter.Text}" : "";
        if (status.Length == 0 || end - x < LeastStatusWidth) return;
        status = CellText.Cut(status, end - x - 1);
        var style = model.Tab != MonitTab.Logs || model.Logs.Follows ? Style.Dim : Style.Of(Colour.BrightYellow);
        frame.Write(end - CellText.WidthOf(status), y, status, style);
    }

    /// <summary>The number and the name of a tab; only the name where there is little room.</summary>
    static string TabText(int tab, int width) =>
        width < 70 ? Names[tab] : string.Create(CultureInfo.InvariantCulture, $"{tab + 1} {Names[tab]}");

    static string LogStatus(MonitModel model)
    {
        var (logs, settings) = (model.Logs, model.LogSettings);
        // What is cut off on a narrow screen comes last.
        List<string> parts = [logs.Follows ? "follow"
            : string.Create(CultureInfo.InvariantCulture, $"PAUSED {logs.NewLines} new ↓")];
        if (model.ShowsAllLogs) parts.Add("all");
        if (settings.Filter is { } filter) parts.Add($"&{filter.Text}");
        if (settings.Search is { } search) parts.Add($"/{search.Text}");
        if (settings.Streams != LogStreams.Both) parts.Add(settings.Streams == LogStreams.Out ? "out" : "err");
        return string.Join("  ", parts);
    }

    static void DrawText(ScreenBuffer frame, MonitModel model, Region region, DateTimeOffset now)
    {
        var lines = PaneText.Lines(model, region.Width, now);
        if (lines.Count == 0)
        {
            var isReading = model.Tab is MonitTab.Why or MonitTab.Info or MonitTab.Env && !model.Document.IsRead
                && model.Subject.Count > 0;
            var empty = model.TextFilter is not null ? "no line matches; & changes the filter" : "nothing to show";
            frame.Write(region.X, region.Y, isReading ? "reading …" : empty, Style.Dim, region.Width);
            return;
        }
        var (row, top) = (0, model.Document.Top);
        foreach (var line in lines)
        {
            foreach (var (begin, length) in line.Wrap(region.Width))
            {
                if (row >= top && row < top + region.Height)
                    TextPainter.Write(
                        frame, region.X, region.Y + row - top, region.Width, line, begin, length, [], default);
                row++;
            }
            if (row >= top + region.Height) return;
        }
    }
}
