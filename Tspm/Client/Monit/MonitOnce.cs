using Tspm.Client.Connection;
using Tspm.Client.Monit.Drawing;
using Tspm.Client.Monit.Feeds;
using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;
using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Monit;

/// <summary>Prints what the screen would show at its beginning, as <c>monit --once</c> does.</summary>
internal static class MonitOnce
{
    /// <returns>The exit code.</returns>
    /// <exception cref="DaemonException">A request failed.</exception>
    public static int Print(ClientSession session, MonitModel model, DaemonClient daemon)
    {
        var size = TerminalSession.Size;
        if (model.Subject.Count > 0) ReadTab(session, model, daemon, size.Rows);
        var status = daemon.Call(Methods.Status, new StatusRequest());
        var now = TimeProvider.System.GetLocalNow();
        model.DaemonVersion = status.Version;
        if (status.UptimeMs is { } uptime) model.DaemonSince = now - TimeSpan.FromMilliseconds(uptime);
        FramePrinter.Print(session.Out, MonitFrame.Draw(model, size, now));
        return ExitCodes.Done;
    }

    static void ReadTab(ClientSession session, MonitModel model, DaemonClient daemon, int rows)
    {
        switch (model.Tab)
        {
            case MonitTab.Logs:
                ReadLines(daemon, model, rows);
                break;
            case MonitTab.Events:
                daemon.Stream(Methods.Events, new EventsRequest { Lines = EventFeed.PastEvents }, notification =>
                {
                    if (notification.Method == Notifications.Event)
                        model.Add(notification.ReadParams(Wire.Json.ProcessEvent));
                    return true;
                });
                break;
            case MonitTab.Graph:
                var request = new DescribeRequest { Selectors = [Selector.All] };
                DefinitionFeed.Take(model, daemon.Call(Methods.Describe, request).Processes);
                break;
            default:
                model.Document.Update(DocumentFeed.Read(session, model.Tab, model.Subject));
                break;
        }
    }

    static void ReadLines(DaemonClient daemon, MonitModel model, int count) =>
        daemon.Stream(Methods.Logs, new LogsRequest { Selectors = model.Subject, Lines = count }, notification =>
        {
            if (notification.Method == Notifications.Log)
                model.Logs.Buffer.Append(notification.ReadParams(Wire.Json.LogLine));
            return true;
        });
}
