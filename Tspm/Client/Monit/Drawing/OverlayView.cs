using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Drawing;

/// <summary>A box in the middle of the screen, over everything else.</summary>
internal static class OverlayView
{
    const string CloseHint = "Esc closes";

    public static void Draw(ScreenBuffer frame, MonitModel model)
    {
        if (model.Overlay is not { } overlay) return;
        var (title, lines, selected) = ContentOf(model, overlay);
        var box = BoxFor(frame.Width, frame.Height, title, lines);
        DrawFrame(frame, box, title);
        var inside = new Region(box.X + 2, box.Y + 1, box.Width - 4, box.Height - 2);
        var top = overlay is Overlay.Help help
            ? help.Top = Math.Clamp(help.Top, 0, Math.Max(0, lines.Count - inside.Height))
            : Math.Clamp(selected - inside.Height + 1, 0, Math.Max(0, lines.Count - inside.Height));
        for (var i = 0; i < inside.Height && top + i < lines.Count; i++)
        {
            var style = top + i == selected ? Style.Reverse : default;
            if (top + i == selected) frame.Fill(inside.X, inside.Y + i, inside.Width, style);
            frame.Write(inside.X, inside.Y + i, lines[top + i], style, inside.Width);
        }
    }

    /// <summary>The index of the line of a menu at a cell.</summary>
    /// <returns>Null if none is there.</returns>
    public static int? ItemAt(int x, int y, MonitModel model, int width, int height)
    {
        if (model.Overlay is not Overlay.Menu menu) return null;
        var (title, lines, selected) = ContentOf(model, menu);
        var box = BoxFor(width, height, title, lines);
        var rows = box.Height - 2;
        var top = Math.Clamp(selected - rows + 1, 0, Math.Max(0, lines.Count - rows));
        var inside = new Region(box.X + 1, box.Y + 1, box.Width - 2, rows);
        return inside.Contains(x, y) && top + y - inside.Y < lines.Count ? top + y - inside.Y : null;
    }

    static (string Title, IReadOnlyList<string> Lines, int Selected) ContentOf(MonitModel model, Overlay overlay) =>
        overlay switch
        {
            Overlay.Help help => (help.Search is { } search ? $"keys with {search.Text}_" : "keys; / searches",
                HelpLines(model, help.Search?.Text ?? ""), -1),
            Overlay.History => ("commands that were run", HistoryLines(model), -1),
            Overlay.Confirm confirm => ("y: yes   n: no", confirm.Question, -1),
            Overlay.Menu menu => (menu.Title, [.. menu.Items.Select(static item =>
                item.Key.Length > 0 ? $"{item.Key,-3} {item.Text}" : item.Text)], menu.Selected),
            _ => ("", [], -1),
        };

    static List<string> HelpLines(MonitModel model, string search)
    {
        var lines = new List<string> { "↑ ↓ j k PgUp PgDn move; the mouse works too" };
        foreach (var scope in Enum.GetValues<KeyScope>())
        {
            string[] keys = [.. model.Keys.Where(binding => binding.Scope == scope)
                .Select(static binding => $"  {binding.Keys,-16} {binding.Help}")
                .Where(line => line.Contains(search, StringComparison.OrdinalIgnoreCase))];
            if (keys.Length == 0) continue;
            lines.Add("");
            lines.Add(scope switch
            {
                KeyScope.Screen => "everywhere",
                KeyScope.List => "in the list",
                KeyScope.Action => "on the selected or marked processes",
                _ => "in the pane",
            });
            lines.AddRange(keys);
        }
        return lines;
    }

    static List<string> HistoryLines(MonitModel model)
    {
        var lines = model.History.Select(static command => $"$ {command.Line}  {command.Result ?? "…"}").ToList();
        if (lines.Count == 0) lines.Add("no command was run yet");
        return lines;
    }

    static Region BoxFor(int width, int height, string title, IReadOnlyList<string> lines)
    {
        var wanted = lines.Select(static line => CellText.WidthOf(line)).Append(CellText.WidthOf(title) + 2)
            .Append(CloseHint.Length + 2).Max() + 4;
        var boxWidth = Math.Min(wanted, width);
        var boxHeight = Math.Min(lines.Count + 2, height);
        return new Region((width - boxWidth) / 2, Math.Max(0, (height - boxHeight) / 2), boxWidth, boxHeight);
    }

    static void DrawFrame(ScreenBuffer frame, Region box, string title)
    {
        if (box.Width < 4 || box.Height < 2) return;
        var line = new string('─', box.Width - 2);
        for (var i = 0; i < box.Height; i++) frame.Fill(box.X, box.Y + i, box.Width, default);
        frame.Write(box.X, box.Y, $"╭{line}╮");
        for (var i = 1; i < box.Height - 1; i++)
        {
            frame.Write(box.X, box.Y + i, "│");
            frame.Write(box.X + box.Width - 1, box.Y + i, "│");
        }
        frame.Write(box.X, box.Y + box.Height - 1, $"╰{line}╯");
        frame.Write(box.X + 2, box.Y, $" {title} ", Style.Bold, box.Width - 4);
        if (box.Width > CloseHint.Length + 6)
            frame.Write(box.X + box.Width - CloseHint.Length - 4, box.Y + box.Height - 1, $" {CloseHint} ", Style.Dim);
    }
}
