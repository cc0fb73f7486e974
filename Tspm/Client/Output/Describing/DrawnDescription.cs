using System.Globalization;
using Tspm.Client.CommandLine;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Client.Output.Describing;

/// <summary>
/// A description on a terminal, for one screen: the state in its colour, the last lines, the ports, the tree with CPU
/// and memory, the last exits, and then the config. There are as many of the last lines as have room. No line is wider
/// than the terminal: sentences take several lines, and other texts are cut.
/// </summary>
internal static class DrawnDescription
{
    /// <summary>The columns of the labels.</summary>
    const int LabelWidth = 11;

    /// <summary>How many of the last lines are shown, whatever else there is.</summary>
    const int FewestLines = 3;

    /// <summary>The rows that a screen needs besides the description: the command and the prompt after it.</summary>
    const int RowsAround = 2;

    /// <param name="sink">Takes the lines.</param>
    /// <param name="described">The process.</param>
    /// <param name="size">The terminal.</param>
    /// <param name="now">The time by the user's clock, in the user's time zone.</param>
    public static void Print(ITextSink sink, Described described, TerminalSize size, DateTimeOffset now)
    {
        var width = size.Columns;
        List<Fact> before = [.. State(described, now), .. DescriptionFacts.Checks(described.Process)];
        List<Fact> after =
        [
            .. DescriptionFacts.Listening(described.Process),
            .. Tree(described.Process.Tree),
            .. DescriptionFacts.Exits(described.Process, time => EventTime.Format(time, now)),
            .. DescriptionFacts.Command(described),
            .. Origin(described.Status, now),
            .. DescriptionFacts.Config(described.Process.Config, described.ShowsSecrets),
        ];
        Heading(sink, described, now, width);
        var taken = 1 + RowsAround + Lines(before, width).Count() + Lines(after, width).Count();
        var lines = described.LastLines.TakeLast(Math.Max(FewestLines, size.Rows - taken));
        Write(sink, Lines([.. before, .. DescriptionFacts.Output(lines), .. after], width));
    }

    /// <summary><c>● web  online</c>, and what comes next.</summary>
    static void Heading(ITextSink sink, Described described, DateTimeOffset now, int width)
    {
        var status = described.Status;
        var colour = StateSign.StyleOf(status.State);
        var info = ProcessInfo.Describe(status, now);
        var state = Display.State(status.State) + (info.Length > 0 ? $", {info}" : "");
        var sign = StateSign.Of(status) + " ";
        sink.Write(CellText.Cut(sign, width), colour);
        var name = CellText.Cut(described.Name, Math.Max(1, width - sign.Length));
        if (width > sign.Length) sink.Write(name, colour with { Effects = TextEffects.Bold });
        var room = width - sign.Length - CellText.WidthOf(name) - 2;
        if (room > 0) sink.Write("  " + CellText.Cut(state, room), colour);
        sink.EndLine();
    }

    static IEnumerable<Fact> State(Described described, DateTimeOffset now)
    {
        var status = described.Status;
        if (described.Process.Config.IsJob) yield return new Fact("kind", "job");
        yield return new Fact("reason", Display.Text(HintedCommands.Complete(status.Reason))) { IsSentence = true };
        List<string> parts = [];
        if (status.Pid is { } pid) parts.Add($"pid {Display.Number(pid)}");
        if (status.UptimeMs is not null) parts.Add($"up {Display.Uptime(status.UptimeMs)}");
        if (status.Pid is not null) parts.Add($"cpu {Display.Cpu(status.CpuPercent)}");
        if (status.Pid is not null) parts.Add($"mem {Display.Memory(status.MemoryBytes)}");
        parts.Add(Count(status.Restarts, "restart"));
        if (status.ConsecutiveFailures > 0) parts.Add(Count(status.ConsecutiveFailures, "failure") + " in a row");
        if (status is { Desired: DesiredState.Up, State: ProcessState.Stopped }) parts.Add("desired up");
        if (status is { Desired: DesiredState.Down, State: not ProcessState.Stopped }) parts.Add("desired down");
        yield return new Fact("runs", string.Join(", ", parts)) { IsSentence = true };
        if (status.NextRunAt is { } next) yield return new Fact("next run", Display.Moment(next, now));
    }

    static string Count(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    /// <summary>Who it is, and since when.</summary>
    static IEnumerable<Fact> Origin(ProcessStatus status, DateTimeOffset now)
    {
        var project = status.Project is { } known ? $", project {ControlText.Escape(known)}" : "";
        var space = $"namespace {Display.Text(status.Namespace)}";
        yield return new Fact("id", $"{Display.Number(status.Id)}, {space}{project}");
        var started = status.StartedAt is { } at ? $", started {EventTime.Format(at, now)}" : "";
        yield return new Fact("created", EventTime.Format(status.CreatedAt, now) + started);
    }

    /// <summary>The processes of the tree with their readings in columns, indented below their parents.</summary>
    static IEnumerable<Fact> Tree(IReadOnlyList<TreeMember> tree)
    {
        var depths = new Dictionary<int, int>();
        List<(string Pid, string Cpu, string Memory, string Command)> rows = [];
        foreach (var member in tree)
        {
            var depth = depths.TryGetValue(member.ParentPid, out var parent) ? parent + 1 : 0;
            depths[member.Pid] = depth;
            rows.Add((Display.Number(member.Pid), Display.Cpu(member.CpuPercent), Display.Memory(member.MemoryBytes),
                new string(' ', 2 * depth) + ControlText.Escape(member.Command)));
        }
        if (rows.Count == 0) yield break;
        var (pid, cpu, memory) =
            (rows.Max(static row => row.Pid.Length), rows.Max(static row => row.Cpu.Length),
                rows.Max(static row => row.Memory.Length));
        foreach (var row in rows)
            yield return new Fact("tree",
                $"{row.Pid.PadLeft(pid)}  {row.Cpu.PadLeft(cpu)}  {row.Memory.PadLeft(memory)}  {row.Command}");
    }

    static void Write(ITextSink sink, IEnumerable<Fact> lines)
    {
        foreach (var line in lines)
        {
            if (line.Label.Length > 0) sink.Write(line.Label, Style.Dim);
            sink.Write(line.Text, line.Style);
            sink.EndLine();
        }
    }

    /// <summary>The facts as lines: with labels of one width, once for facts of the same label, and cut.</summary>
    static IEnumerable<Fact> Lines(IReadOnlyList<Fact> facts, int width)
    {
        var room = width - LabelWidth;
        var last = "";
        foreach (var fact in facts)
        {
            var label = fact.Label == last ? "" : fact.Label;
            last = fact.Label;
            foreach (var text in Pieces(fact, room))
            {
                var padded = CellText.Pad(label, LabelWidth, toTheRight: false);
                yield return fact with { Label = CellText.Cut(padded, width), Text = text };
                label = "";
            }
        }
    }

    /// <summary>A very narrow terminal has only room for the labels.</summary>
    static IEnumerable<string> Pieces(Fact fact, int room)
    {
        if (room < 1) return [""];
        var isWrapped = fact.IsSentence && room >= LabelWidth;
        return isWrapped ? CellText.Wrap(fact.Text, room, "") : [CellText.Cut(fact.Text, room)];
    }
}
