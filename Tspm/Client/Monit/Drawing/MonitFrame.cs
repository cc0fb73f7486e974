using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;
using Tspm.Platform;

namespace Tspm.Client.Monit.Drawing;

/// <summary>Draws the whole screen.</summary>
internal static class MonitFrame
{
    public static ScreenBuffer Draw(MonitModel model, TerminalSize size, DateTimeOffset now)
    {
        var frame = new ScreenBuffer(size.Columns, size.Rows);
        var layout = MonitLayout.For(model, size);
        if (!layout.IsBare) HeaderView.Draw(frame, model, now);
        ListPaneView.Draw(frame, model, layout.List);
        PaneView.Draw(frame, model, layout, now);
        FooterView.Draw(frame, model, layout.FooterRow, now);
        OverlayView.Draw(frame, model);
        return frame;
    }
}
