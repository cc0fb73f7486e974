using Tspm.Client.CommandLine;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Output.Listing;

/// <summary>
/// The list on a terminal: a table, or one line for each process if the terminal is too narrow for one. No line is
/// wider than the terminal, unless <c>--wide</c> asks for it.
/// </summary>
internal static class DrawnList
{
    /// <summary>Prints nothing if there are no rows: the caller's sentence says more than an empty frame.</summary>
    public static void Print(ITextSink sink, ListRow[] rows, ListOptions options, int width)
    {
        if (rows.Length == 0) return;
        var layout = ListLayout.Fit(rows, options, width);
        if (layout is null) CompactList.Print(sink, rows, width);
        else Draw(sink, layout, rows);
        if (options.Columns is not null) return;
        for (var i = 0; i < rows.Length; i++)
            if (NoteOf(rows[i], layout, i + 1) is { } note)
                PrintSentence(sink, $"{rows[i].Name}: {note}", width, NoteStyle(rows[i].Process));
    }

    /// <summary>Prints a sentence that may take several lines.</summary>
    public static void PrintSentence(ITextSink sink, string sentence, int width, Style style = default)
    {
        foreach (var line in CellText.Wrap(HintedCommands.Complete(sentence), width, "  "))
        {
            sink.Write(line, style);
            sink.EndLine();
        }
    }

    /// <summary>The note about a process below the table.</summary>
    /// <param name="row">The process.</param>
    /// <param name="layout">The columns of the table; null if no table was drawn.</param>
    /// <param name="at">The row of the process in the table.</param>
    /// <returns>Null if there is nothing to add.</returns>
    static string? NoteOf(ListRow row, ListLayout? layout, int at)
    {
        if (row.Process.State is ProcessState.Errored) return ControlText.Escape(row.Process.Reason);
        if (layout is null || !ProcessInfo.IsPressing(row.Process) || row.Info.Length == 0) return null;
        foreach (var column in layout.Columns)
            if (column.Column == ListColumns.Info && column[at] == row.Info) return null;
        return row.Info;
    }

    static Style NoteStyle(ProcessStatus process) =>
        process.State is ProcessState.Errored ? StateSign.StyleOf(process.State) : default;

    static void Draw(ITextSink sink, ListLayout layout, ListRow[] rows)
    {
        Rule(sink, layout, '╭', '┬', '╮');
        Row(sink, layout, 0, null);
        Rule(sink, layout, '├', '┼', '┤');
        for (var i = 0; i < rows.Length; i++) Row(sink, layout, i + 1, rows[i].Process);
        Rule(sink, layout, '╰', '┴', '╯');
    }

    static void Rule(ITextSink sink, ListLayout layout, char left, char between, char right)
    {
        sink.Write(left + string.Join(between,
            layout.Columns.Select(static column => new string('─', column.Width + 2))) + right);
        sink.EndLine();
    }

    static void Row(ITextSink sink, ListLayout layout, int at, ProcessStatus? process)
    {
        foreach (var column in layout.Columns)
        {
            sink.Write("│ ");
            sink.Write(
                CellText.Pad(column[at], column.Width, column.Column.IsRight), StyleOf(column.Column, process));
            sink.Write(" ");
        }
        sink.Write("│");
        sink.EndLine();
    }

    /// <summary>A failed process has the colour in its whole row, so that nobody misses it.</summary>
    static Style StyleOf(ListColumn column, ProcessStatus? process)
    {
        if (process is null) return default;
        return column == ListColumns.State || process.State is ProcessState.Errored
            ? StateSign.StyleOf(process.State) : default;
    }
}
