using Tspm.Client.Monit.Drawing;
using Tspm.Client.Monit.Model;

namespace Tspm.Client.Monit.Input;

/// <summary>Keys of the pane: scrolling, searching, and how lines are shown.</summary>
internal sealed class PaneKeys(MonitModel model, IMonitHost host)
{
    /// <summary>How often a search reads older lines by itself.</summary>
    const int MostReadings = 20;

    /// <summary>Scrolls the tab's text.</summary>
    /// <param name="rows">A negative number goes up, to older lines.</param>
    /// <param name="content">Where the text is shown.</param>
    public void Scroll(int rows, Region content)
    {
        if (model.Tab == MonitTab.Logs)
        {
            if (!model.Logs.Scroll(rows, content.Height)) ReadOlder();
        }
        else model.Document.Scroll(rows, PaneText.RowCount(model, content.Width), content.Height);
    }

    public void Do(KeyAction command, Region content)
    {
        if (model.Tab == MonitTab.Logs) DoInLogs(command, content);
        else DoInDocument(command, content);
    }

    void DoInDocument(KeyAction command, Region content)
    {
        switch (command)
        {
            case KeyAction.FilterLog or KeyAction.Search:
                model.Prompt = new Prompt(PromptKind.FilterText, model.TextFilter?.Text ?? "");
                break;
            case KeyAction.ShowSecrets:
                model.ShowsSecrets = !model.ShowsSecrets;
                break;
            case KeyAction.Oldest:
                Scroll(int.MinValue / 2, content);
                break;
            case KeyAction.Newest:
                Scroll(int.MaxValue / 2, content);
                break;
        }
    }

    void DoInLogs(KeyAction command, Region content)
    {
        var logs = model.Logs;
        switch (command)
        {
            case KeyAction.Follow:
                logs.ToggleFollow();
                break;
            case KeyAction.Newest:
                logs.Follow();
                break;
            case KeyAction.Oldest:
                logs.GoToOldest(content.Height);
                ReadOlder();
                break;
            case KeyAction.Search:
                model.Prompt = new Prompt(PromptKind.SearchLog, "");
                break;
            case KeyAction.NextMatch or KeyAction.PreviousMatch:
                GoToMatch(command == KeyAction.PreviousMatch, content.Height);
                break;
            case KeyAction.FilterLog:
                model.Prompt = new Prompt(PromptKind.FilterLog, model.LogSettings.Filter?.Text ?? "");
                break;
            case KeyAction.PreviousEvent or KeyAction.NextEvent:
                var isBackward = command == KeyAction.PreviousEvent;
                Seek("event", isBackward, () => logs.GoToEvent(isBackward, content.Height));
                break;
            case KeyAction.GoToTime:
                model.Prompt = new Prompt(PromptKind.GoToTime, "");
                break;
            case KeyAction.SelectLines:
                logs.ToggleSelection();
                break;
            case KeyAction.Marker:
                logs.Buffer.AddMarker(host.Now);
                break;
            case KeyAction.Page:
                OpenPager();
                break;
            default:
                ChangeSettings(command);
                break;
        }
    }

    void ChangeSettings(KeyAction command)
    {
        var settings = model.LogSettings;
        if (command == KeyAction.Times) settings.NextTimes();
        else if (command == KeyAction.Wrap) settings.ToggleWrap();
        else if (command == KeyAction.PrettyJson) settings.PrettyJson = !settings.PrettyJson;
        else if (command == KeyAction.Streams) settings.NextStreams();
    }

    /// <summary>Goes to a match of the search, and reads older lines if there is none.</summary>
    public void GoToMatch(bool isBackward, int height)
    {
        if (model.LogSettings.Search is not { } search)
        {
            model.Say("nothing was searched for; type /", host.Now);
            return;
        }
        var logs = model.Logs;
        Seek($"match of '{search.Text}'", isBackward, () => logs.GoToMatch(isBackward, height));
    }

    /// <summary>Goes to something, and reads older lines until it is found among them.</summary>
    /// <param name="what">What is sought.</param>
    /// <param name="isBackward">Whether it is sought among older lines.</param>
    /// <param name="find">Goes there; false if it is not among the lines that were read.</param>
    /// <param name="readings">How often older lines may still be read.</param>
    void Seek(string what, bool isBackward, Func<bool> find, int readings = MostReadings)
    {
        if (find()) return;
        var (logs, direction) = (model.Logs, isBackward ? "earlier" : "later");
        if (!isBackward || logs.Buffer.HasOldest) model.Say($"no {direction} {what}", host.Now);
        else if (readings == 0) model.Say($"no {direction} {what} in these lines; again reads older ones", host.Now);
        else
        {
            model.Say($"looking for an earlier {what} in older lines …", host.Now);
            host.ReadOlder(logs, model.LogSubject, () =>
            {
                // The user may look at another process by now.
                if (ReferenceEquals(logs, model.Logs)) Seek(what, isBackward, find, readings - 1);
            });
        }
    }

    /// <summary>Goes to the first line of this time or later, and reads older lines until it is among them.</summary>
    /// <param name="time">The time.</param>
    /// <param name="typed">The time as the user typed it.</param>
    /// <param name="height">The number of visible rows.</param>
    /// <param name="readings">How often older lines may still be read.</param>
    public void GoTo(DateTimeOffset time, string typed, int height, int readings = MostReadings)
    {
        var logs = model.Logs;
        if (logs.Buffer.HasOldest || readings == 0 || !(logs.Buffer.OldestTime > time))
        {
            if (!logs.GoTo(time, height)) model.Say($"there is no line after {typed}", host.Now);
            else if (readings == 0) model.Say($"these lines are later than {typed}; T reads older ones", host.Now);
            return;
        }
        model.Say($"looking for {typed} in older lines …", host.Now);
        host.ReadOlder(logs, model.LogSubject, () =>
        {
            if (ReferenceEquals(logs, model.Logs)) GoTo(time, typed, height, readings - 1);
        });
    }

    void ReadOlder()
    {
        if (!model.Logs.Buffer.HasOldest) host.ReadOlder(model.Logs, model.LogSubject);
    }

    void OpenPager()
    {
        if (model.List.Selected is not { } row) return;
        var process = row.Members[0];
        host.Page(model.LogSettings.Streams == LogStreams.Err ? process.ErrLog : process.OutLog);
    }
}
