using Tspm.Client.Monit.Model;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Events;
using Tspm.Model.State;

namespace Tspm.Client.Monit.Drawing;

/// <summary>The text of every tab but the logs, as lines.</summary>
internal static class PaneText
{
    /// <summary>The lines of the present tab that its filter shows.</summary>
    public static IReadOnlyList<StyledText> Lines(MonitModel model, int width, DateTimeOffset now)
    {
        var lines = AllLines(model, width, now);
        return model.TextFilter is { } filter ? [.. lines.Where(line => filter.Shows(line.Text))] : lines;
    }

    static IReadOnlyList<StyledText> AllLines(MonitModel model, int width, DateTimeOffset now) => model.Tab switch
    {
        MonitTab.Events => Events(model, now),
        MonitTab.Graph => GraphText.Lines(model, width),
        MonitTab.Env when !model.ShowsSecrets => [.. model.Document.Lines.Select(Masked)],
        _ => model.Document.Lines,
    };

    /// <summary>The number of rows of the present tab, whose lines are wrapped.</summary>
    public static int RowCount(MonitModel model, int width) =>
        Lines(model, width, default).Sum(line => line.Wrap(Math.Max(1, width)).Count());

    /// <summary>The events of the selected processes, the newest first; all events if nothing is selected.</summary>
    static List<StyledText> Events(MonitModel model, DateTimeOffset now)
    {
        var wanted = model.List.Targets.SelectMany(static row => row.Members).Select(RowKey.Of).ToHashSet();
        var lines = new List<StyledText>();
        for (var i = model.Events.Count - 1; i >= 0; i--)
        {
            var happened = model.Events[i];
            if (EventText.IsRepetition(happened) || !IsWanted(happened)) continue;
            var name = happened.Name is null ? "daemon"
                : Display.Name(happened.Name, happened.Instance ?? 0, happened.Instance > 0);
            lines.Add(StyledText.Of(
                $"{EventTime.Format(happened.Time, now)}  {name}  {EventText.Describe(happened)}", StyleOf(happened)));
        }
        return lines;

        bool IsWanted(ProcessEvent one) => wanted.Count == 0 || one.Id is null
            || wanted.Contains(new RowKey(one.Id.Value, one.Instance ?? 0));
    }

    static Style StyleOf(ProcessEvent happened) => happened.Kind switch
    {
        EventKind.Errored or EventKind.Failed or EventKind.Killed or EventKind.OutOfMemory or EventKind.DaemonDied =>
            Style.Of(Colour.BrightRed),
        EventKind.Exited when CauseCode.IsFailure(happened.Cause) => Style.Of(Colour.BrightRed),
        EventKind.Unfit or EventKind.Waiting or EventKind.ReloadFailed => Style.Of(Colour.BrightYellow),
        EventKind.Ready or EventKind.Reloaded => Style.Of(Colour.Green),
        EventKind.Request => Style.Dim,
        _ => default,
    };

    /// <summary>KEY=VALUE without the value.</summary>
    static StyledText Masked(StyledText line)
    {
        var equals = line.Text.IndexOf('=');
        return equals < 0 ? line : StyledText.Of(string.Concat(line.Text.AsSpan(0, equals), "=***"));
    }
}
