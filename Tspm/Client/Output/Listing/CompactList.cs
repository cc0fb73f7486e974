using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Output.Listing;

/// <summary>
/// The last resort on a very narrow terminal: a line for each process with its name, and as much of its state as has
/// room.
/// </summary>
internal static class CompactList
{
    public static void Print(ITextSink sink, ListRow[] rows, int width)
    {
        foreach (var row in rows)
        {
            var state = StateFor(row, width);
            var room = state.Length > 0 ? width - 1 - CellText.WidthOf(state) : width;
            sink.Write(CellText.Cut(row.Name, Math.Max(1, room)));
            if (state.Length > 0) sink.Write(" ");
            if (state.Length > 0) sink.Write(state, StateSign.StyleOf(row.Process.State));
            sink.EndLine();
        }
    }

    /// <returns>The longest form of the state that leaves room for the name; empty if none does.</returns>
    static string StateFor(ListRow row, int width)
    {
        var forName = Math.Min(ListColumns.Name.Least, CellText.WidthOf(row.Name));
        var (sign, word) = (StateSign.Of(row.Process), Display.State(row.Process.State));
        foreach (var form in new[] { $"{sign} {word}{NextTry(row.Process)}", $"{sign} {word}", sign })
            if (width - 1 - CellText.WidthOf(form) >= forName) return form;
        return "";
    }

    static string NextTry(ProcessStatus process) =>
        process is { State: ProcessState.Waiting, NextStartInMs: { } next } ? " " + Display.NextTry(next) : "";
}
