using System.Globalization;
using Tspm.Client.Monit.Model;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Protocol;

namespace Tspm.Client.Monit.Drawing;

/// <summary>
/// What the selected process depends on, what needs it, and its CPU and memory over the last minute, ten minutes and
/// hour.
/// </summary>
internal static class GraphText
{
    const int Height = 4, LeastWidth = 20;

    static readonly string[] Spans = ["1 minute", "10 minutes", "1 hour"];

    public static List<StyledText> Lines(MonitModel model, int width)
    {
        if (model.List.Selected is not { } row) return [];
        var lines = new List<StyledText>();
        lines.Add(StyledText.Of("depends on", Style.Bold));
        AddDependencies(lines, model, row.Worst.Name, "", []);
        if (lines.Count == 1) lines.Add(StyledText.Of("  nothing"));
        var dependents = model.Dependents([row.Worst.Name]).ToList();
        if (dependents.Count > 0) lines.Add(StyledText.Of("needed by", Style.Bold));
        foreach (var name in dependents) lines.Add(NodeOf(model, name, "  "));
        if (row.Members.Count != 1) return lines;
        var history = model.HistoryOf(RowKey.Of(row.Members[0]));
        width = Math.Min(ReadingHistory.Steps, Math.Max(LeastWidth, width));
        for (var length = 0; length < Spans.Length; length++)
        {
            var values = history.Last(length, ofMemory: false, width);
            var top = values.DefaultIfEmpty().Max();
            lines.Add(StyledText.Of($"CPU, {Spans[length]}: at most {Display.Cpu(top)}", Style.Bold));
            AddBars(lines, Bars.Draw(values, Math.Max(100, top), Height), width, Colour.Green);
        }
        long? limit = model.MemoryLimits.TryGetValue(row.Worst.Name, out var known) ? known : null;
        for (var length = 0; length < Spans.Length; length++)
            AddMemory(lines, history.Last(length, ofMemory: true, width), Spans[length], limit, width);
        return lines;
    }

    /// <summary>
    /// Below the line at the limit, the diagram shows how near to the limit the memory is; the row above it is empty as
    /// long as the limit is kept.
    /// </summary>
    static void AddMemory(List<StyledText> lines, double[] values, string span, long? limit, int width)
    {
        var top = values.DefaultIfEmpty().Max();
        lines.Add(StyledText.Of($"memory, {span}: at most {Display.Memory((long)top)}", Style.Bold));
        if (limit is not { } bytes)
        {
            AddBars(lines, Bars.Draw(values, top, Height), width, Colour.Blue);
            return;
        }
        var rows = Bars.Draw(values, bytes * (Height + 1.0) / Height, Height + 1);
        if (top > bytes) AddBars(lines, rows[..1], width, Colour.BrightRed);
        lines.Add(StyledText.Of($"── limit {Display.Memory(bytes)} ".PadRight(width, '─'),
            Style.Of(top > bytes ? Colour.BrightRed : Colour.Yellow)));
        AddBars(lines, rows[1..], width, Colour.Blue);
    }

    static void AddBars(List<StyledText> lines, string[] rows, int width, Colour colour)
    {
        foreach (var row in rows) lines.Add(StyledText.Of(row.PadLeft(width), Style.Of(colour)));
    }

    static void AddDependencies(
        List<StyledText> lines, MonitModel model, string name, string indent, HashSet<string> seen)
    {
        if (!model.Dependencies.TryGetValue(name, out var needed)) return;
        foreach (var other in needed)
        {
            lines.Add(NodeOf(model, other, indent + "  "));
            // A process that several others need is shown below each, but its own needs only once.
            if (seen.Add(other)) AddDependencies(lines, model, other, indent + "  ", seen);
        }
    }

    static StyledText NodeOf(MonitModel model, string name, string indent)
    {
        ProcessStatus? process = model.List.All.FirstOrDefault(one => one.Name == name);
        if (process is null) return StyledText.Of($"{indent}{name} (not defined)", Style.Of(Colour.BrightRed));
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{indent}{StateSign.Of(process)} {name}  {Display.State(process)}");
        return StyledText.Of(text, StateSign.StyleOf(process.State));
    }
}
