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
        AddDiagrams(lines, history, "CPU", ofMemory: false, Math.Max(LeastWidth, width));
        AddDiagrams(lines, history, "memory", ofMemory: true, Math.Max(LeastWidth, width));
        return lines;
    }

    static void AddDiagrams(List<StyledText> lines, ReadingHistory history, string what, bool ofMemory, int width)
    {
        for (var length = 0; length < Spans.Length; length++)
        {
            var values = history.Last(length, ofMemory, Math.Min(ReadingHistory.Steps, width));
            var top = values.DefaultIfEmpty().Max();
            var full = ofMemory ? top : Math.Max(100, top);
            var most = ofMemory ? Display.Memory((long)top) : Display.Cpu(top);
            lines.Add(StyledText.Of($"{what}, {Spans[length]}: at most {most}", Style.Bold));
            foreach (var diagram in Bars.Draw(values, full, Height))
                lines.Add(StyledText.Of(diagram.PadLeft(Math.Min(ReadingHistory.Steps, width)),
                    Style.Of(ofMemory ? Colour.Blue : Colour.Green)));
        }
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
