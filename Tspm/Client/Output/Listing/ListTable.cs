using Tspm.Client.Terminal;
using Tspm.Protocol;

namespace Tspm.Client.Output.Listing;

/// <summary>
/// The output of <c>list</c> and <c>search</c> for people: drawn on a terminal, otherwise columns separated by tabs.
/// </summary>
internal static class ListTable
{
    /// <summary>Prints processes in this order.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="processes">The processes.</param>
    /// <param name="several">The ids of those that have several instances, shown or not.</param>
    /// <param name="options">The flags of the command.</param>
    public static void Print(
        OutputWriter output, IReadOnlyList<ProcessStatus> processes, HashSet<int> several, ListOptions options)
    {
        var rows = ListRow.From(processes, several, TimeProvider.System.GetLocalNow());
        if (options.IsQuiet) PrintNames(output, rows);
        else if (output.IsTerminal) PrintDrawn(output, rows, options, StandardStreams.Width());
        else PrintPlain(output, rows, options);
    }

    /// <summary>Prints the list as on a terminal of this width.</summary>
    internal static void PrintDrawn(OutputWriter output, ListRow[] rows, ListOptions options, int width)
    {
        var sink = new StreamSink(output);
        DrawnList.Print(sink, rows, options, width);
        if (rows.Length > 1) DrawnList.PrintSentence(sink, TotalsOf(rows), width);
    }

    /// <summary>How many processes are in which state, and what they use.</summary>
    public static string TotalsOf(ListRow[] rows) =>
        Totals.Describe(Array.ConvertAll(rows, static row => row.Process));

    static void PrintNames(OutputWriter output, ListRow[] rows)
    {
        foreach (var row in rows) output.WriteLine(row.Name);
    }

    static void PrintPlain(OutputWriter output, ListRow[] rows, ListOptions options)
    {
        var columns = options.Columns ?? ListColumns.Plain(options.IsWide);
        output.WriteLine(string.Join('\t', columns.Select(static column => column.Name)));
        var texts = new string[columns.Count];
        foreach (var row in rows)
        {
            for (var i = 0; i < texts.Length; i++) texts[i] = columns[i].Text(row);
            output.WriteLine(string.Join('\t', texts));
        }
    }
}
