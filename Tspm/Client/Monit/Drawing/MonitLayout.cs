using Tspm.Client.Monit.Model;
using Tspm.Platform;

namespace Tspm.Client.Monit.Drawing;

/// <summary>
/// Where things are on the screen. From <see cref="WidthSideBySide"/> columns on, the pane is to the right of the list;
/// from <see cref="WidthStacked"/> on, below it; on a narrower screen, or one with few rows, only one of them is shown.
/// </summary>
internal sealed class MonitLayout
{
    public const int WidthSideBySide = 100, WidthStacked = 60;

    /// <summary>The rows of the header and of the footer.</summary>
    const int RowsAround = 2;

    const int LeastRowsForBoth = 8, LeastListWidth = 50, MostListWidth = 84;

    MonitLayout(TerminalSize size, Region list, Region pane, bool isBare)
    {
        (Size, List, Pane, IsBare) = (size, list, pane, isBare);
        IsSideBySide = !list.IsEmpty && !pane.IsEmpty && list.Y == pane.Y;
    }

    public TerminalSize Size { get; }

    /// <summary>The list with its headings; empty if it is not shown.</summary>
    public Region List { get; }

    /// <summary>The rows of the list.</summary>
    public Region ListRows => List.Below(1);

    /// <summary>The pane with its tabs; empty if it is not shown.</summary>
    public Region Pane { get; }

    /// <summary>The part of the pane that shows the tab's text.</summary>
    public Region Content
    {
        get
        {
            if (IsBare || Pane.IsEmpty) return Pane;
            var content = Pane.Below(1);
            return IsSideBySide ? content with { X = content.X + 1, Width = content.Width - 1 } : content;
        }
    }

    /// <summary>Whether the pane has the whole screen, without tabs and borders.</summary>
    public bool IsBare { get; }

    public bool IsSideBySide { get; }

    public int FooterRow => Size.Rows - 1;

    public static MonitLayout For(MonitModel model, TerminalSize size)
    {
        var (width, rows) = (size.Columns, Math.Max(0, size.Rows - RowsAround));
        if (model.IsZoomed) return new(size, default, new Region(0, 0, width, Math.Max(0, size.Rows - 1)), true);
        var body = new Region(0, 1, width, rows);
        if (width < WidthStacked || rows < LeastRowsForBoth)
            return model.IsPaneFocused ? new(size, default, body, false) : new(size, body, default, false);
        if (width >= WidthSideBySide)
        {
            var listWidth = Math.Clamp(width / 2, LeastListWidth, MostListWidth);
            return new(size, body with { Width = listWidth },
                body with { X = listWidth, Width = width - listWidth }, false);
        }
        var listRows = Math.Clamp(model.List.Rows.Count + 1, 3, rows * 2 / 5);
        return new(size, body with { Height = listRows }, body.Below(listRows), false);
    }
}
