using System.Globalization;
using System.Text;
using Tspm.Client.Terminal;
using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>
/// Prints log lines: as text (with the time on request, and with names if there are several processes), as raw bytes,
/// or as JSON. In a pipe, the bytes are exactly what the child wrote; on a terminal they pass through
/// <see cref="TerminalFilter"/>. Reports of missing bytes go to standard error, because they are not log lines.
/// </summary>
internal sealed class LogPrinter(OutputWriter output, OutputWriter errors, bool raw, bool json)
{
    /// <summary>RFC 3339, with a fixed length so that lines are aligned.</summary>
    const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffzzz";

    const int TimeWidth = 29;

    /// <summary>The <see cref="LogLine.Stream"/> of events.</summary>
    const string EventStream = "event";

    /// <summary>A longer name breaks the alignment, instead of taking room from all other lines.</summary>
    const int MostNameWidth = 24;

    /// <summary>
    /// The colours of names, in order: cyan, green, yellow, blue, magenta, and their bright variants (ECMA-48, SGR).
    /// </summary>
    static ReadOnlySpan<byte> NameColours => [36, 32, 33, 34, 35, 96, 92, 93, 94, 95];

    /// <summary>The position after the last line of each stream, to detect whether the next line is adjacent.</summary>
    readonly Dictionary<Source, long> _left = [];

    /// <summary>The cells of the longest name that is known so far.</summary>
    int _nameWidth;

    /// <summary>The process and stream of an unfinished line; null if there is none.</summary>
    Source? _open;

    /// <summary>Whether to print names in front of lines, because there are several processes.</summary>
    public bool Several { get; set; }

    /// <summary>Whether to leave out names, and the marks of standard error.</summary>
    public bool HidesPrefix { get; init; }

    /// <summary>
    /// Whether lines of standard error are marked on a terminal, because lines of standard output may come too.
    /// </summary>
    public bool MarksErrors { get; init; }

    /// <summary>Marks matches in lines on a terminal with colours; null to mark none.</summary>
    public Highlighter? Highlight { get; init; }

    /// <summary>Whether the names that may come should be known before the first line, to align all lines.</summary>
    public bool AlignsNames => output.IsTerminal && !IsForPrograms && !HidesPrefix;

    /// <summary>Whether to print the time in front of lines.</summary>
    public bool Timestamps { get; init; }

    /// <summary>The user asked for events, so they are data and go to standard output.</summary>
    public bool Events { get; init; }

    /// <summary>
    /// Whether to print "--" between groups of lines that are not adjacent, as grep does with context.
    /// </summary>
    public bool Separated { get; init; }

    /// <summary>With raw bytes: whether those of standard error go to standard error.</summary>
    public bool SplitsStreams { get; init; }

    /// <summary>Whether anything was printed, including events and reports.</summary>
    public bool HasPrinted { get; private set; }

    /// <summary>The output is for programs, which need no notes.</summary>
    public bool IsForPrograms => raw || json;

    /// <summary>Makes room for these names, and prints them if there are several.</summary>
    public void Expect(IReadOnlyList<InstanceName> instances)
    {
        Several = instances.Count > 1;
        foreach (var (name, instance) in instances) Widen(NameOf(name, instance));
    }

    public void Print(LogLine line)
    {
        HasPrinted = true;
        if (json)
        {
            LogJson.Print(output, line);
            return;
        }
        if (line.Stream == EventStream)
        {
            PrintEvent(line);
            return;
        }
        if (line.LostBytes is { } lost)
        {
            ReportLost(line, lost);
            return;
        }
        var bytes = line.Base64 is { } encoded
            ? Convert.FromBase64String(encoded)
            : Encoding.UTF8.GetBytes(line.Text ?? "");
        if (raw)
        {
            PrintRaw(bytes, line);
            return;
        }
        var source = new Source(line.Id, line.Instance, line.Stream);
        if (_open is not null && _open != source) EndOpenLine();
        if (_open is null) WriteFront(line, source, bytes.Length);
        WriteText(line, bytes);
        _open = source;
        if (!line.Partial) EndOpenLine();
        if (Separated) _left[source] = line.Seq;
    }

    void PrintRaw(byte[] bytes, LogLine line)
    {
        var isError = SplitsStreams && line.Stream == "err";
        var target = isError ? errors : output;
        // What comes first must be seen first, where both streams go to one terminal.
        if (isError) output.Flush();
        target.Write(bytes);
        if (!line.Partial) target.Write("\n"u8);
        if (isError) errors.Flush();
    }

    /// <summary>Ends an unfinished line on a terminal, so that the shell's prompt starts on a new line.</summary>
    public void Finish()
    {
        if (_open is not null && output.IsTerminal) EndOpenLine();
    }

    /// <summary>The local time, or a dash if it is unknown.</summary>
    public static string TimeOf(DateTimeOffset? time) =>
        time?.ToLocalTime().ToString(TimeFormat, CultureInfo.InvariantCulture) ?? "-";

    void EndOpenLine()
    {
        output.Write("\n"u8);
        _open = null;
    }

    void WriteText(LogLine line, byte[] bytes)
    {
        if (!output.IsTerminal)
        {
            output.Write(bytes);
            return;
        }
        var clean = TerminalFilter.Clean(bytes);
        // A line that is not UTF-8 is shown as it is.
        if (Highlight is null || !output.HasColour || line.Base64 is not null) output.Write(clean);
        else output.Write(Highlight.Mark(Encoding.UTF8.GetString(clean)));
        // Reset the colour: one that the child left on would affect the lines of the next process.
        if (output.HasColour && bytes.AsSpan().Contains((byte)0x1b)) output.Write("\e[0m"u8);
    }

    void WriteFront(LogLine line, Source source, int length)
    {
        if (Separated && _left.Count > 0 && !IsAdjacent(line, source, length)) output.Write("--\n"u8);
        if (Timestamps)
        {
            var time = TimeOf(line.Time);
            if (output.HasColour) output.Write($"\e[2m{time.PadRight(TimeWidth)}\e[0m ");
            else output.Write(output.IsTerminal ? $"{time.PadRight(TimeWidth)} " : $"{time} ");
        }
        if (HidesPrefix) return;
        if (Several) WriteName(line);
        if (output.IsTerminal) WriteMark(line.Stream == "err");
        else if (Several) output.Write("| ");
    }

    bool IsAdjacent(LogLine line, Source source, int length)
    {
        var lineBreak = line.Partial ? 0 : 1;
        return _left.TryGetValue(source, out var left) && left + length + lineBreak == line.Seq;
    }

    void WriteName(LogLine line)
    {
        var name = NameOf(line.Name, line.Instance);
        Widen(name);
        name = CellText.Pad(name, _nameWidth, toTheRight: false);
        output.Write(
            output.HasColour ? $"\e[{NameColours[line.Id % NameColours.Length]}m{name}\e[0m " : $"{name} ");
    }

    /// <summary>On a terminal, lines are aligned.</summary>
    void Widen(string name)
    {
        if (output.IsTerminal) _nameWidth = Math.Max(_nameWidth, Math.Min(CellText.WidthOf(name), MostNameWidth));
    }

    static string NameOf(string name, int instance) => Display.Name(name, instance, instance > 0);

    /// <summary>
    /// Marks standard error with a red "!", so that it does not depend on colours. Standard output of a single process
    /// has no mark.
    /// </summary>
    void WriteMark(bool isError)
    {
        if (isError && (Several || MarksErrors)) output.Write(output.HasColour ? "\e[31m!\e[0m " : "! ");
        else if (Several) output.Write("| ");
    }

    /// <summary>
    /// Prints an event, dim and between dashes, so that it does not look like a log line. In a pipe, whose reader
    /// expects log lines, it goes to standard error unless the user asked for events.
    /// </summary>
    void PrintEvent(LogLine line)
    {
        if (!output.IsTerminal && !Timestamps && !Events)
        {
            output.Flush();
            errors.WriteLine($"-- {NameOf(line.Name, line.Instance)} "
                + $"{ControlText.Escape(line.Text ?? "")} --");
            errors.Flush();
            return;
        }
        if (_open is not null) EndOpenLine();
        if (Timestamps) output.Write($"{TimeOf(line.Time).PadRight(output.IsTerminal ? TimeWidth : 0)} ");
        var words = $"-- {NameOf(line.Name, line.Instance)} "
            + $"{ControlText.Escape(line.Text ?? "")} --";
        output.WriteLine(output.HasColour ? $"\e[2m{words}\e[0m" : words);
    }

    void ReportLost(LogLine line, long lost)
    {
        // For bytes lost to a full disk, the log file itself has a line that says so.
        if (line.LostBecause == "diskFull") return;
        output.Flush();
        var name = NameOf(line.Name, line.Instance);
        errors.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
                $"tspm: {name}, {line.Stream}: {lost} bytes are missing here; the log was rotated or emptied before "
                    + $"they were read"));
        errors.Flush();
    }

    /// <summary>A stream of an instance.</summary>
    sealed record Source(int Id, int Instance, string Stream);
}
