using Tspm.Client.Terminal;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>
/// The table of <c>list</c> and <c>search</c>: drawn on a terminal, otherwise columns separated by tabs.
/// </summary>
internal static class ProcessTable
{
    public static readonly string[] Columns =
        ["id", "name", "namespace", "state", "pid", "restarts", "uptime", "cpu", "mem", "info"];

    public static void Print(OutputWriter output, IReadOnlyList<ProcessStatus> processes)
    {
        var several = Display.WithSeveral(processes.Select(static process => (process.Id, process.Instance)));
        if (output.IsTerminal) PrintDrawn(output, processes, several, StandardStreams.Width());
        else PrintPlain(output, processes, several);
    }

    /// <summary>
    /// Prints nothing if there are no processes: the caller's sentence says more than an empty frame.
    /// </summary>
    internal static void PrintDrawn(
        OutputWriter output, IReadOnlyList<ProcessStatus> processes, HashSet<int> several, int width)
    {
        if (processes.Count == 0) return;
        TerminalTable.Print(output, processes, several, width);
        if (processes.Count == 1) return;
        foreach (var line in CellText.Wrap(Totals.Describe(processes), width, "  ")) output.WriteLine(line);
    }

    /// <summary>The cells of one process, in the order of <see cref="Columns"/>, without control characters.</summary>
    public static string[] Cells(ProcessStatus process, HashSet<int> several) =>
    [
        Display.Number(process.Id), Display.Name(process.Name, process.Instance, several.Contains(process.Id)),
        ControlText.Escape(process.Namespace),
        Display.State(process.State), Display.Number(process.Pid), Display.Number(process.Restarts),
        Display.Uptime(process.UptimeMs), Display.Cpu(process.CpuPercent), Display.Memory(process.MemoryBytes),
        Display.Text(ProcessInfo.Describe(process, TimeProvider.System.GetLocalNow())),
    ];

    static void PrintPlain(OutputWriter output, IReadOnlyList<ProcessStatus> processes, HashSet<int> several)
    {
        output.WriteLine(string.Join('\t', Columns));
        foreach (var process in processes) output.WriteLine(string.Join('\t', Cells(process, several)));
    }
}
