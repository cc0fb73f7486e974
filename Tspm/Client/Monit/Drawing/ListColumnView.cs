using System.Globalization;
using Tspm.Client.Monit.Model;
using Tspm.Client.Output;
using Tspm.Model.State;

namespace Tspm.Client.Monit.Drawing;

/// <summary>A column of the list on the screen.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="SortKey">What a click on the heading sorts by; null if nothing.</param>
/// <param name="Width">Its width in cells.</param>
/// <param name="Rank">On a narrow screen, columns with the highest rank are left out first.</param>
/// <param name="Text">Its text for a row.</param>
internal sealed record ListColumnView(
    string Heading, string? SortKey, int Width, int Rank, Func<ListEntry, MonitModel, string> Text)
{
    /// <summary>Whether numbers are right-aligned in it.</summary>
    public bool IsRight { get; init; }

    const int FewBars = 8, ManyBars = 20, LeastNameWidth = 8, PreferredNameWidth = 14;

    static readonly ListColumnView[] All =
    [
        new("state", "state", 11, 0, static (row, _) => StateOf(row)),
        new("uptime", "uptime", 7, 2, static (row, _) => UptimeOf(row)) { IsRight = true },
        new("restarts", "restarts", 5, 1, static (row, _) => RestartsOf(row)) { IsRight = true },
        new("cpu", "cpu", 6, 4, static (row, _) => row.Cpu is { } cpu ? Display.Cpu(cpu) : "-") { IsRight = true },
        new("mem", "mem", 8, 3, static (row, _) => row.Memory is { } bytes ? Display.Memory((long)bytes) : "-")
            { IsRight = true },
        BarsOfWidth(FewBars),
    ];

    /// <summary>The columns for which there is room beside the name.</summary>
    /// <param name="width">The width of the list without the signs at its left.</param>
    /// <param name="nameWidth">What is left for the name.</param>
    public static List<ListColumnView> Fit(int width, out int nameWidth)
    {
        var columns = new List<ListColumnView>(All);
        while (columns.Count > 0 && NameWidth(columns) < Least(columns)) columns.Remove(columns.MaxBy(WithRank)!);
        nameWidth = Math.Max(1, NameWidth(columns));
        var spare = Math.Min(ManyBars - FewBars, nameWidth - PreferredNameWidth);
        if (columns.Count < All.Length || spare <= 0) return columns;
        columns[^1] = BarsOfWidth(FewBars + spare);
        nameWidth -= spare;
        return columns;

        int NameWidth(List<ListColumnView> shown) => width - shown.Sum(static column => column.Width + 1);

        // The state is worth cutting the name for; the other columns are not.
        static int Least(List<ListColumnView> shown) => shown.Count > 1 ? PreferredNameWidth : LeastNameWidth;

        static int WithRank(ListColumnView column) => column.Rank;
    }

    /// <summary>The state in one word, and how the last run ended if it failed.</summary>
    static string StateOf(ListEntry row)
    {
        var process = row.Worst;
        var exit = process.Signal ?? (process.ExitCode is { } code
            ? string.Create(CultureInfo.InvariantCulture, $"exit {code}") : "");
        return process.State switch
        {
            ProcessState.Errored => exit.Length > 0 ? $"ERR {exit}" : "ERRORED",
            ProcessState.Waiting when process.NextStartInMs is { } next => $"retry {Display.NextTry(next)}",
            ProcessState.Stopping when process.KillInMs is { } kill => $"kill {Display.NextTry(kill)}",
            ProcessState.Online when process.Health == false => "unhealthy",
            var state => Display.State(state),
        };
    }

    static string UptimeOf(ListEntry row) =>
        Display.Uptime(row.Worst.UptimeMs).Replace(" ", "", StringComparison.Ordinal);

    static string RestartsOf(ListEntry row) => string.Create(CultureInfo.InvariantCulture, $"{row.Restarts}↻");

    static ListColumnView BarsOfWidth(int width) =>
        new("", null, width, 5, (row, model) => BarsOf(row, model, width)) { IsRight = true };

    static string BarsOf(ListEntry row, MonitModel model, int count)
    {
        if (row.Members is not [{ Pid: not null }]) return "";
        var values = model.HistoryOf(RowKey.Of(row.Members[0])).Last(0, model.BarsShowMemory, count);
        return Bars.Draw(values, model.BarsShowMemory ? values.DefaultIfEmpty().Max() : 100);
    }
}
