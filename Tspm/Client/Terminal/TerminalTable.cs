using Tspm.Client.Output;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Terminal;

/// <summary>
/// The table of <c>list</c> on a terminal. Its lines never wrap. On a narrow terminal, the least important columns are
/// left out first; then names are cut, but never left out. As a last resort, it prints one line for each process.
/// </summary>
internal static class TerminalTable
{
    /// <summary>Columns are left out until a name has this many cells, if it needs them.</summary>
    const int NameCells = 20;

    /// <summary>If a name cannot have this many cells, no table is drawn.</summary>
    const int LeastNameCells = 8;

    /// <summary>
    /// The preferred width of the info, for which columns of a higher rank are left out; and its least width, below
    /// which the info itself is left out.
    /// </summary>
    const int InfoCells = 24, LeastInfoCells = 15;

    /// <summary>The frame of a row: "│ " before each cell, " " after it, and "│" at the end.</summary>
    const int CellsAround = 3, CellsAtEnd = 1;

    /// <summary>One column.</summary>
    /// <param name="Title">Its heading.</param>
    /// <param name="Rank">Columns with the highest rank are left out first.</param>
    /// <param name="IsRight">Whether it is right-aligned, as numbers are.</param>
    /// <param name="Cell">Returns its text for a process.</param>
    sealed record Column(string Title, int Rank, bool IsRight, Func<ProcessStatus, string> Cell);

    static readonly Column Name = new("name", 0, false, static _ => "");

    static readonly Column State = new("state", 1, false, static process => Display.State(process.State));

    static readonly Column Namespace = new(
        "namespace", 9, false, static process => ControlText.Escape(process.Namespace));

    static readonly Column Info = new("info", 4, false, static process => InfoOf(process));

    /// <summary>In the order from left to right.</summary>
    static readonly Column[] Columns =
    [
        new("id", 8, true, static process => Display.Number(process.Id)), Name, Namespace, State, Info,
        new("pid", 7, true, static process => Display.Number(process.Pid)),
        new("restarts", 3, true, static process => Display.Number(process.Restarts)),
        new("uptime", 2, false, static process => Display.Uptime(process.UptimeMs)),
        new("cpu", 6, true, static process => Display.Cpu(process.CpuPercent)),
        new("mem", 5, true, static process => Display.Memory(process.MemoryBytes)),
    ];

    /// <summary>A column with its cells, the heading first, and its width.</summary>
    sealed record Shown(Column Column, string[] Cells, int Width);

    public static void Print(
        OutputWriter output, IReadOnlyList<ProcessStatus> processes, HashSet<int> several, int width)
    {
        var names = processes
            .Select(process => Display.Name(process.Name, process.Instance, several.Contains(process.Id))).ToArray();
        var needed = Columns.Where(column => IsNeeded(column, processes));
        var columns = Fit([.. needed.Select(column => Fill(column, processes, names))], width);
        if (columns is null) PrintLines(output, processes, names, width);
        else Draw(output, columns, processes);
        for (var i = 0; i < processes.Count; i++)
        {
            if (Below(processes[i], columns, i + 1) is not { } words) continue;
            foreach (var line in CellText.Wrap($"{names[i]}: {words}", width, "  ")) output.WriteLine(line);
        }
    }

    /// <summary>The note about a process below the table.</summary>
    /// <param name="process">The process.</param>
    /// <param name="columns">The columns of the table; null if no table was drawn.</param>
    /// <param name="row">The row of the process.</param>
    /// <returns>Null if there is nothing to add.</returns>
    static string? Below(ProcessStatus process, List<Shown>? columns, int row)
    {
        if (process.State is ProcessState.Errored) return ControlText.Escape(process.Reason);
        if (columns is null || !ProcessInfo.IsPressing(process)) return null;
        var whole = InfoOf(process);
        var shown = columns.Find(static shown => shown.Column == Info)?.Cells[row];
        return whole.Length > 0 && shown != whole ? whole : null;
    }

    /// <summary>Whether a column differs between the processes; otherwise it only takes room from the others.</summary>
    static bool IsNeeded(Column column, IReadOnlyList<ProcessStatus> processes)
    {
        if (column == Namespace)
            return processes.Any(static process => process.Namespace != ProcessDefinition.DefaultNamespace);
        return column != Info || processes.Any(static process => InfoOf(process).Length > 0);
    }

    static Shown Fill(Column column, IReadOnlyList<ProcessStatus> processes, string[] names)
    {
        var cells = new string[processes.Count + 1];
        cells[0] = column.Title;
        for (var i = 0; i < processes.Count; i++) cells[i + 1] = column == Name ? names[i] : column.Cell(processes[i]);
        return new Shown(column, cells, WidestOf(cells));
    }

    static int WidestOf(string[] cells)
    {
        var widest = 0;
        foreach (var cell in cells) widest = Math.Max(widest, CellText.WidthOf(cell));
        return widest;
    }

    /// <summary>Leaves out columns and cuts names until the table fits.</summary>
    /// <returns>Null if the terminal is too narrow for a table.</returns>
    static List<Shown>? Fit(List<Shown> columns, int width)
    {
        var name = columns.Find(static shown => shown.Column == Name)!;
        var whole = columns.Find(static shown => shown.Column == Info);
        if (whole?.Width > InfoCells) Resize(columns, InfoCells);
        var wanted = Math.Min(name.Width, NameCells);
        while (columns.Count > 2 && RoomForName(columns, width) < wanted)
        {
            var last = columns[0];
            foreach (var column in columns)
                if (column.Column.Rank > last.Column.Rank) last = column;
            if (last.Column == Info && last.Width > LeastInfoCells) Resize(columns, LeastInfoCells);
            else columns.Remove(last);
        }
        if (whole is not null) FillInfo(columns, whole, RoomForName(columns, width) - wanted);
        var room = RoomForName(columns, width);
        if (room < Math.Min(name.Width, LeastNameCells)) return null;
        if (room < name.Width)
        {
            string[] cut = [.. name.Cells.Select(cell => CellText.Cut(cell, room))];
            columns[columns.IndexOf(name)] = new Shown(Name, cut, WidestOf(cut));
        }
        return columns;
    }

    /// <summary>Gives the info the room that the names do not need, and cuts it where that is too little.</summary>
    static void FillInfo(List<Shown> columns, Shown whole, int room)
    {
        var at = columns.FindIndex(static shown => shown.Column == Info);
        if (at < 0) return;
        var cells = Math.Min(whole.Width, columns[at].Width + Math.Max(0, room));
        string[] cut = [.. whole.Cells.Select(cell => CellText.Cut(cell, cells))];
        columns[at] = new Shown(Info, cut, WidestOf(cut));
    }

    static void Resize(List<Shown> columns, int cells)
    {
        var at = columns.FindIndex(static shown => shown.Column == Info);
        columns[at] = columns[at] with { Width = cells };
    }

    static int RoomForName(List<Shown> columns, int width)
    {
        var room = width - CellsAtEnd;
        foreach (var column in columns) room -= CellsAround + (column.Column == Name ? 0 : column.Width);
        return room;
    }

    static void Draw(OutputWriter output, List<Shown> columns, IReadOnlyList<ProcessStatus> processes)
    {
        Rule(output, columns, '╭', '┬', '╮');
        Row(output, columns, 0, null);
        Rule(output, columns, '├', '┼', '┤');
        for (var i = 0; i < processes.Count; i++) Row(output, columns, i + 1, Code(processes[i].State));
        Rule(output, columns, '╰', '┴', '╯');
    }

    static void Rule(OutputWriter output, List<Shown> columns, char left, char between, char right) =>
        output.WriteLine(
            left + string.Join(between, columns.Select(static shown => new string('─', shown.Width + 2))) + right);

    static void Row(OutputWriter output, List<Shown> columns, int row, string? code)
    {
        foreach (var column in columns)
        {
            output.Write("│ ");
            var text = CellText.Pad(column.Cells[row], column.Width, column.Column.IsRight);
            Write(output, text, column.Column == State ? code : null);
            output.Write(" ");
        }
        output.WriteLine("│");
    }

    /// <summary>Prints a line for each process: its name, and its state if the line has room for it.</summary>
    static void PrintLines(OutputWriter output, IReadOnlyList<ProcessStatus> processes, string[] names, int width)
    {
        for (var i = 0; i < processes.Count; i++)
        {
            var state = WordOf(processes[i]);
            var room = width - 1 - CellText.WidthOf(state);
            var hasState = room >= Math.Min(LeastNameCells, CellText.WidthOf(names[i]));
            output.Write(CellText.Cut(names[i], Math.Max(1, hasState ? room : width)));
            if (hasState) output.Write(" ");
            if (hasState) Write(output, state, Code(processes[i].State));
            output.WriteLine();
        }
    }

    static void Write(OutputWriter output, string text, string? code) =>
        output.Write(code is null || !output.HasColour ? text : $"\e[{code}m{text}\e[0m");

    /// <summary>The state, followed by the time until the next start if the process is waiting.</summary>
    static string WordOf(ProcessStatus process)
    {
        var word = Display.State(process.State);
        return process is { State: ProcessState.Waiting, NextStartInMs: { } next }
            ? $"{word} {Display.NextTry(next)}" : word;
    }

    static string InfoOf(ProcessStatus process) => ProcessInfo.Describe(process, TimeProvider.System.GetLocalNow());

    /// <summary>One of the terminal's sixteen colours, which follow the user's theme (ECMA-48, SGR).</summary>
    static string Code(ProcessState state) => state switch
    {
        ProcessState.Online => "32",
        ProcessState.Errored => "91",
        ProcessState.Stopped => "90",
        _ => "93",
    };
}
