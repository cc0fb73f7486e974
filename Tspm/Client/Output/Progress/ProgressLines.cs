using System.Globalization;
using Tspm.Client.Terminal;
using Tspm.Model.Selecting;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Client.Output.Progress;

/// <summary>
/// The lines that a long change of several processes shows on a terminal: one for each process that is not done, and a
/// last one with the states of all. No line is as wide as the terminal, and there are fewer lines than the terminal
/// has rows, so that nothing wraps or scrolls away.
/// </summary>
internal static class ProgressLines
{
    const string Hint = "Ctrl-C leaves it to the background";

    /// <summary>The lines besides those of processes: the last one, and the one with the user's command.</summary>
    const int RowsAround = 2;

    /// <summary>The fewest rows of a terminal on which there are fewer lines than rows.</summary>
    public const int LeastRows = RowsAround + 1;

    /// <summary>The fewest cells of a name that are worth showing.</summary>
    const int LeastName = 8;

    /// <param name="sink">Takes the lines.</param>
    /// <param name="all">The processes that the request concerns.</param>
    /// <param name="late">Those of them that are not done, at least one.</param>
    /// <param name="size">The terminal, with at least <see cref="LeastRows"/> rows.</param>
    public static void Draw(
        ITextSink sink, IReadOnlyList<ProcessStatus> all, IReadOnlyList<ProcessStatus> late, TerminalSize size)
    {
        var width = Math.Max(1, size.Columns - 1);
        var room = Math.Max(1, size.Rows - RowsAround);
        var shown = late.Count <= room ? late.Count : Math.Max(0, room - 1);
        var several = Display.WithSeveral(all.Select(static process => new InstanceKey(process.Id, process.Instance)));
        string[] names = [.. late.Take(shown)
            .Select(process => Display.Name(process.Name, process.Instance, several.Contains(process.Id)))];
        var longest = names.Length == 0 ? 0 : names.Max(static name => CellText.WidthOf(name));
        var nameWidth = Math.Min(longest, Math.Max(LeastName, width / 3));
        for (var i = 0; i < shown; i++) Line(sink, names[i], late[i], nameWidth, width);
        if (shown < late.Count)
        {
            var more = string.Create(CultureInfo.InvariantCulture, $"… and {late.Count - shown} more");
            sink.Write(CellText.Cut(more, width), Style.Dim);
            sink.EndLine();
        }
        sink.Write(LastLine(all, width), Style.Dim);
        sink.EndLine();
    }

    static void Line(ITextSink sink, string name, ProcessStatus process, int nameWidth, int width)
    {
        nameWidth = Math.Min(nameWidth, width);
        sink.Write(CellText.Pad(CellText.Cut(name, nameWidth), nameWidth, toTheRight: false));
        var room = width - nameWidth - 2;
        if (room > 0)
            sink.Write("  " + CellText.Cut(ProgressText.Describe(process), room), StateSign.StyleOf(process.State));
        sink.EndLine();
    }

    /// <summary>The states of all processes, and what Ctrl-C does if that has room.</summary>
    static string LastLine(IReadOnlyList<ProcessStatus> all, int width)
    {
        var states = Totals.States(all);
        var whole = $"{states}; {Hint}";
        return CellText.WidthOf(whole) <= width ? whole : CellText.Cut(states, width);
    }
}
