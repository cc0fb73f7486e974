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

    /// <summary>Written piece by piece and not through a console of Spectre.Console's, which brings the runtime's own console, terminal descriptions and palettes along: 0.2 MB for four colours.</summary>
    static void Render(OutputWriter output, IRenderable table)
    {
        var width = StandardStreams.Width();
        foreach (var segment in table.Render(new RenderOptions(new Terminal(), new Size(width, AnyHeight)), width))
        {
            var code = output.HasColour ? Code(segment.Style.Foreground) : null;
            output.Write(code is null ? segment.Text : $"\e[{code}m{segment.Text}\e[0m");
        }
    }

    /// <summary>Of the terminal's sixteen, so that they fit the user's theme (ECMA-48, SGR). Null: the default.</summary>
    static string? Code(Color colour)
    {
        if (colour == Color.Green) return "32";
        if (colour == Color.Red) return "91";
        if (colour == Color.Yellow) return "93";
        return colour == Color.Grey ? "90" : null;
    }

    sealed class Terminal : IReadOnlyCapabilities
    {
        public ColorSystem ColorSystem => ColorSystem.Standard;
        public bool Ansi => true;
        public bool Links => false;
        public bool Legacy => false;
        public bool IsTerminal => true;
        public bool Interactive => false;
        public bool Unicode => true;
        public bool AlternateBuffer => false;
    }
}
