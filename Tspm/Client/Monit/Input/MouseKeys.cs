using Tspm.Client.Monit.Drawing;
using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Input;

/// <summary>
/// The mouse: a click selects a row, sorts by a heading, opens a tab, or does what a key of the footer does; the wheel
/// scrolls what is under it; dragging in the log copies the lines, without borders and without the list.
/// </summary>
internal sealed class MouseKeys(MonitModel model, IMonitHost host, Action<KeyAction> run)
{
    const int WheelRows = 3;

    int? _dragFrom;

    public void Handle(InputEvent.Mouse mouse, MonitLayout layout)
    {
        if (mouse.Action is MouseAction.WheelUp or MouseAction.WheelDown) Scroll(mouse, layout);
        else if (mouse.Action == MouseAction.Press && model.Overlay is not null) ClickOverlay(mouse, layout);
        else if (mouse.Action == MouseAction.Press) Click(mouse, layout);
        else if (mouse.Action == MouseAction.Release && _dragFrom is { } from)
        {
            _dragFrom = null;
            if (from != mouse.Y) CopyRows(from, mouse.Y, layout);
        }
    }

    void Scroll(InputEvent.Mouse mouse, MonitLayout layout)
    {
        var rows = mouse.Action == MouseAction.WheelUp ? -WheelRows : WheelRows;
        if (model.Overlay is Overlay.Help help) help.Top = Math.Max(0, help.Top + rows);
        else if (model.Overlay is not null) return;
        else if (layout.List.Contains(mouse.X, mouse.Y)) model.List.Move(rows);
        else if (layout.Pane.Contains(mouse.X, mouse.Y)) new PaneKeys(model, host).Scroll(rows, layout.Content);
    }

    void ClickOverlay(InputEvent.Mouse mouse, MonitLayout layout)
    {
        var item = OverlayView.ItemAt(mouse.X, mouse.Y, model, layout.Size.Columns, layout.Size.Rows);
        if (model.Overlay is Overlay.Menu menu && item is { } index)
            OverlayKeys.Choose(model, host, menu.Items[index], run);
        else if (model.Overlay is not Overlay.Confirm) model.Overlay = null;
    }

    void Click(InputEvent.Mouse mouse, MonitLayout layout)
    {
        if (mouse.Y == layout.FooterRow)
        {
            if (FooterView.CommandAt(mouse.X, model, layout.Size.Columns) is { } command) run(command);
        }
        else if (layout.List.Contains(mouse.X, mouse.Y)) ClickList(mouse, layout);
        else if (layout.Pane.Contains(mouse.X, mouse.Y))
        {
            model.IsPaneFocused = true;
            if (mouse.Y == layout.Pane.Y && !layout.IsBare)
            {
                if (PaneView.TabAt(mouse.X, layout) is { } tab) model.Tab = tab;
            }
            else if (mouse.Button == MouseButton.Left && model.Tab == MonitTab.Logs) _dragFrom = mouse.Y;
        }
    }

    void ClickList(InputEvent.Mouse mouse, MonitLayout layout)
    {
        model.IsPaneFocused = false;
        if (mouse.Y == layout.List.Y)
        {
            if (ListPaneView.SortKeyAt(mouse.X, layout.List) is { } key) model.List.SortBy(key);
            return;
        }
        var row = model.List.Top + mouse.Y - layout.ListRows.Y;
        if (row >= model.List.Rows.Count) return;
        model.List.SelectRow(row);
        if (mouse.Button == MouseButton.Right) run(KeyAction.Menu);
    }

    void CopyRows(int from, int to, MonitLayout layout)
    {
        var texts = LogPaneView.TextsBetween(model, layout.Content, Math.Min(from, to), Math.Max(from, to));
        if (texts.Count == 0) return;
        host.Copy(string.Join('\n', texts));
        model.Say($"copied {texts.Count} lines", host.Now);
    }
}
