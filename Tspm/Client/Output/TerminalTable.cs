using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;
using Tspm.Model;

namespace Tspm.Client.Output;

/// <summary>The only file that touches Spectre.Console, and so the only one that makes the client load it: on a terminal, about a millisecond.</summary>
internal static class TerminalTable
{
    /// <summary>Nothing here asks for it.</summary>
    const int AnyHeight = 100;

    public static void Print(OutputWriter output, IReadOnlyList<ProcessStatus> processes, HashSet<int> several)
    {
        var table = new Table { Border = TableBorder.Rounded, UseSafeBorder = true };
        // A terminal of 80 columns has no room for a column that says "default" in every row.
        var namespaces = processes.Any(static process => process.Namespace != ProcessDefinition.DefaultNamespace);
        bool Shown(string column) => namespaces || column != "namespace";
        foreach (var column in ProcessTable.Columns.Where(Shown))
            table.AddColumn(new TableColumn(new Text(column)) { NoWrap = column != "name", Alignment = column is "pid" or "restarts" or "cpu" or "mem" or "id" ? Justify.Right : Justify.Left });
        foreach (var process in processes) table.AddRow(Row(process, several, Shown));
        Render(output, table);
        foreach (var process in processes)
            if (process.State is ProcessState.Errored) output.WriteLine($"{Display.Name(process.Name, process.Instance, several.Contains(process.Id))}: {ControlText.Escape(process.Reason)}");
    }

    static IEnumerable<IRenderable> Row(ProcessStatus process, HashSet<int> several, Func<string, bool> shown)
    {
        var cells = ProcessTable.Cells(process, several);
        for (var i = 0; i < cells.Length; i++)
            if (shown(ProcessTable.Columns[i])) yield return ProcessTable.Columns[i] == "state" ? new Text(cells[i], new Style(Colour(process.State))) : new Text(cells[i]);
    }

    static Color Colour(ProcessState state) => state switch
    {
        ProcessState.Online => Color.Green,
        ProcessState.Errored => Color.Red,
        ProcessState.Stopped => Color.Grey,
        _ => Color.Yellow,
    };

    static void Render(OutputWriter output, IRenderable table)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = output.HasColour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = output.HasColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new TextOutput(text),
        });
        console.Write(table);
        output.Write(text.ToString());
    }

    /// <summary>Collects what is drawn, for a terminal of the real one's width.</summary>
    sealed class TextOutput(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;
        public bool IsTerminal => true;
        public int Width { get; } = StandardStreams.Width();
        public int Height => AnyHeight;
        public void SetEncoding(Encoding encoding) { }
    }
}
