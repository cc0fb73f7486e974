using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Drawing;

/// <summary>
/// The last row: the line that is being typed, the command that was run last with its result, or the keys. A click on a
/// key does the same as the key.
/// </summary>
internal static class FooterView
{
    static readonly (KeyAction Command, string Key, string Text)[] ListKeys =
    [
        (KeyAction.Leave, "q", "quit (processes keep running)"), (KeyAction.Help, "?", "help"),
        (KeyAction.FilterList, "/", "filter"), (KeyAction.Menu, "Enter", "actions"),
        (KeyAction.Restart, "r", "restart"), (KeyAction.Stop, "x", "stop"), (KeyAction.Sort, "s", "sort"),
        (KeyAction.SwitchFocus, "Tab", "pane"), (KeyAction.Mark, "v", "mark"), (KeyAction.Zoom, "z", "zoom"),
    ];

    static readonly (KeyAction Command, string Key, string Text)[] PaneKeys =
    [
        (KeyAction.SwitchFocus, "Tab", "list"), (KeyAction.Help, "?", "help"),
        (KeyAction.Search, "/", "search"), (KeyAction.FilterLog, "&", "filter"),
        (KeyAction.Follow, "f", "follow"), (KeyAction.PreviousEvent, "[", "previous event"),
        (KeyAction.Times, "t", "times"), (KeyAction.Wrap, "W", "wrap"), (KeyAction.Zoom, "z", "zoom"),
        (KeyAction.Leave, "q", "leave"),
    ];

    public static void Draw(ScreenBuffer frame, MonitModel model, int y, DateTimeOffset now)
    {
        if (y <= 0) return;
        if (model.Prompt is { } prompt) DrawPrompt(frame, prompt, y);
        else if (model.Notice(now) is { } notice)
            frame.Write(0, y, notice, IsFailure(model) ? Style.Of(Colour.BrightRed) : Style.Of(Colour.Cyan));
        else DrawKeys(frame, model, y);
    }

    /// <summary>The command of the key at a column.</summary>
    /// <returns>Null if none is there.</returns>
    public static KeyAction? CommandAt(int x, MonitModel model, int width)
    {
        foreach (var (begin, end, command, _, _) in Placed(model, width))
            if (x >= begin && x < end) return command;
        return null;
    }

    /// <summary>The end of a long text is visible, where the user types.</summary>
    static void DrawPrompt(ScreenBuffer frame, Prompt prompt, int y)
    {
        var x = frame.Write(0, y, prompt.Label, Style.Bold);
        var text = prompt.Text;
        while (text.Length > 0 && CellText.WidthOf(text) > frame.Width - x - 1)
            text = text[CellText.FirstCharacter(text, out _)..];
        x = frame.Write(x, y, text);
        frame.Write(x, y, " ", Style.Reverse);
    }

    static bool IsFailure(MonitModel model) => model.History.Count > 0 && model.History[^1] is { HasFailed: true };

    static void DrawKeys(ScreenBuffer frame, MonitModel model, int y)
    {
        foreach (var (begin, _, _, key, text) in Placed(model, frame.Width))
        {
            var x = frame.Write(begin, y, key, Style.Bold);
            frame.Write(x + 1, y, text, Style.Dim);
        }
    }

    static IEnumerable<(int Begin, int End, KeyAction Command, string Key, string Text)> Placed(
        MonitModel model, int width)
    {
        var x = 1;
        foreach (var (command, key, text) in model.IsPaneFocused ? PaneKeys : ListKeys)
        {
            if (model.IsReadOnly && command is KeyAction.Menu or KeyAction.Restart or KeyAction.Stop) continue;
            var end = x + key.Length + 1 + text.Length;
            if (end >= width) yield break;
            yield return (x, end, command, key, text);
            x = end + 2;
        }
    }
}
