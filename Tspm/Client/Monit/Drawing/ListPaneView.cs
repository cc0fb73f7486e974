using Tspm.Client.Monit.Model;
using Tspm.Client.Output;
using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Drawing;

/// <summary>
/// The list of processes. A row begins with a mark and the sign of the state; a failed process has its colour in the
/// whole row.
/// </summary>
internal static class ListPaneView
{
    /// <summary>The mark, the sign, and a space.</summary>
    const int SignWidth = 3;

    static readonly Style Heading = new(Effects: TextEffects.Dim | TextEffects.Underline);

    public static void Draw(ScreenBuffer frame, MonitModel model, Region region)
    {
        if (region.IsEmpty) return;
        var columns = ListColumnView.Fit(region.Width - SignWidth - 1, out var nameWidth);
        DrawHeading(frame, model.List, region, columns, nameWidth);
        var rows = region.Below(1);
        model.List.KeepSelectedVisible(rows.Height);
        for (var i = 0; i < rows.Height && model.List.Top + i < model.List.Rows.Count; i++)
        {
            var row = new Region(rows.X, rows.Y + i, rows.Width, 1);
            DrawRow(frame, model, row, model.List.Top + i, columns, nameWidth);
        }
        if (model.List.Rows.Count == 0 && rows.Height > 0)
            DrawSentence(frame, rows, model.List.All.Count == 0
                ? NothingToShow.NoProcesses : $"no process matches '{model.List.Filter}'; Esc shows all");
    }

    /// <summary>What a click on the headings sorts by.</summary>
    /// <returns>Null if nothing is there.</returns>
    public static string? SortKeyAt(int x, Region region)
    {
        var columns = ListColumnView.Fit(region.Width - SignWidth - 1, out var nameWidth);
        var at = region.X + SignWidth + nameWidth;
        if (x < at) return "name";
        foreach (var column in columns)
        {
            at += 1 + column.Width;
            if (x < at) return column.SortKey;
        }
        return null;
    }

    static void DrawSentence(ScreenBuffer frame, Region region, string sentence)
    {
        var y = region.Y;
        foreach (var line in CellText.Wrap(sentence, Math.Max(4, region.Width - 2), ""))
            if (y < region.Y + region.Height) frame.Write(region.X + 1, y++, line, Style.Dim, region.Width - 1);
    }

    static void DrawHeading(ScreenBuffer frame, ProcessList list, Region region, List<ListColumnView> columns,
        int nameWidth)
    {
        frame.Fill(region.X, region.Y, region.Width, Heading);
        var filter = list.Filter.Length > 0 ? $"name  /{list.Filter}" : "name";
        var x = region.X + SignWidth;
        frame.Write(x, region.Y, Arrow(list, "name") + filter, Heading, nameWidth);
        x += nameWidth;
        foreach (var column in columns)
        {
            var text = Arrow(list, column.SortKey) + (column.Heading == "restarts" ? "↻" : column.Heading);
            frame.Write(x + 1, region.Y, CellText.Pad(text, column.Width, column.IsRight), Heading, column.Width);
            x += 1 + column.Width;
        }
    }

    static string Arrow(ProcessList list, string? key) =>
        key is null || key != list.SortKey ? "" : list.IsReversed ? "▲" : "▼";

    static void DrawRow(ScreenBuffer frame, MonitModel model, Region region, int at, List<ListColumnView> columns,
        int nameWidth)
    {
        var row = model.List.Rows[at];
        var isSelected = at == model.List.SelectedRow;
        var state = StateSign.StyleOf(row.Worst.State);
        var own = row.HasFailed ? state : row.Key.IsGroup ? Style.Bold : default;
        if (isSelected)
        {
            var effects = model.IsPaneFocused ? TextEffects.Underline : TextEffects.Reverse;
            (own, state) = (With(own, effects), With(state, effects));
            frame.Fill(region.X, region.Y, region.Width, own);
        }
        var x = region.X;
        frame.Write(x, region.Y, model.List.IsMarked(row) ? "▌" : " ", own);
        var sign = !row.Key.IsGroup ? StateSign.Of(row.Worst) : model.List.IsFolded(row.Key) ? "▸" : "▾";
        frame.Write(x + 1, region.Y, sign, row.Key.IsGroup ? own : state);
        x += SignWidth;
        frame.Write(x, region.Y, row.Label, own, nameWidth);
        x += nameWidth;
        foreach (var column in columns)
        {
            var text = CellText.Pad(column.Text(row, model), column.Width, column.IsRight);
            frame.Write(x + 1, region.Y, text, StyleOf(column), column.Width);
            x += 1 + column.Width;
        }

        Style StyleOf(ListColumnView column) => column.SortKey switch
        {
            "state" => state,
            "restarts" when !row.HasFailed
                && row.Members.Any(one => model.HistoryOf(RowKey.Of(one)).WasJustRestarted) =>
                own with { Foreground = Colour.BrightYellow },
            _ => own,
        };
    }

    static Style With(Style style, TextEffects effects) => style with { Effects = style.Effects | effects };
}
