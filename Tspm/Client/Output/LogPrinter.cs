using System.Globalization;
using System.Text;
using Tspm.Client.Terminal;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>
/// Prints lines of logs: as text (with the time in front when it is asked for, and the name when several processes
/// speak), as the bytes alone, or as JSON. In a pipe the bytes are what the child wrote; on a terminal they go through
/// <see cref="TerminalFilter"/>. News of holes goes to standard error: it is no line.
/// </summary>
internal sealed class LogPrinter(OutputWriter output, OutputWriter errors, bool raw, bool json)
{
    /// <summary>RFC 3339, as long for every time, so that lines stand below each other.</summary>
    const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffzzz";

    const int TimeWidth = 29;

    /// <summary><see cref="LogLine.Stream"/> of what is no line.</summary>
    const string EventStream = "event";

    /// <summary>A longer name stands out of line rather than taking the room of all others.</summary>
    const int MostNameWidth = 24;

    /// <summary>
    /// Colours of names, in order: cyan, green, yellow, blue, magenta and their bright ones (ECMA-48, SGR).
    /// </summary>
    static ReadOnlySpan<byte> NameColours => [36, 32, 33, 34, 35, 96, 92, 93, 94, 95];

    /// <summary>Where each stream was left, to see whether the next line follows at once.</summary>
    readonly Dictionary<(int Id, int Instance, string Stream), long> _left = [];

    /// <summary>The longest name so far.</summary>
    int _nameWidth;

    /// <summary>Line that was left open by a partial one: its process and stream.</summary>
    (int Id, int Instance, string Stream)? _open;

    /// <summary>Names in front of lines. Known once it is known how many processes speak.</summary>
    public bool Several { get; set; }

    /// <summary>The time in front of lines.</summary>
    public bool Timestamps { get; init; }

    /// <summary>What happened was asked for: it is data.</summary>
    public bool Events { get; init; }

    /// <summary>"--" between groups of lines that do not follow each other, as grep does with context.</summary>
    public bool Separated { get; init; }

    /// <summary>Something was printed, be it a line or news.</summary>
    public bool HasPrinted { get; private set; }

    /// <summary>What is printed is for programs, which need no remarks.</summary>
    public bool IsForPrograms => raw || json;

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
            TellEvent(line);
            return;
        }
        if (line.LostBytes is { } lost)
        {
            TellLost(line, lost);
            return;
        }
        var bytes = line.Base64 is { } encoded
            ? Convert.FromBase64String(encoded)
            : Encoding.UTF8.GetBytes(line.Text ?? "");
        if (raw)
        {
            output.Write(bytes);
            if (!line.Partial) output.Write("\n"u8);
            return;
        }
        var source = (line.Id, line.Instance, line.Stream);
        if (_open is not null && _open != source) EndOpenLine();
        if (_open is null) WriteFront(line, source, bytes.Length);
        output.Write(output.IsTerminal ? TerminalFilter.Clean(bytes) : bytes);
        // A colour that the child left on would run into the next process's lines.
        if (output.HasColour && bytes.AsSpan().Contains((byte)0x1b)) output.Write("\e[0m"u8);
        _open = source;
        if (!line.Partial) EndOpenLine();
        if (Separated) _left[source] = line.Seq;
    }

    /// <summary>At the end: the prompt of the shell stands on a line of its own.</summary>
    public void Finish()
    {
        if (_open is not null && output.IsTerminal) EndOpenLine();
    }

    /// <summary>Local, or a dash when it is not known.</summary>
    public static string TimeOf(DateTimeOffset? time) =>
        time?.ToLocalTime().ToString(TimeFormat, CultureInfo.InvariantCulture) ?? "-";

    void EndOpenLine()
    {
        output.Write("\n"u8);
        _open = null;
    }

    void WriteFront(LogLine line, (int Id, int Instance, string Stream) source, int length)
    {
        if (Separated && _left.Count > 0
            && (!_left.TryGetValue(source, out var left) || left + length + (line.Partial ? 0 : 1) != line.Seq)) output
                .Write("--\n"u8);
        if (Timestamps)
        {
            var time = TimeOf(line.Time);
            if (output.HasColour) output.Write($"\e[2m{time.PadRight(TimeWidth)}\e[0m ");
            else output.Write(output.IsTerminal ? $"{time.PadRight(TimeWidth)} " : $"{time} ");
        }
        if (Several) WriteName(line);
    }

    void WriteName(LogLine line)
    {
        var name = Display.Name(line.Name, line.Instance, line.Instance > 0);
        // On a terminal, lines begin below each other.
        if (output.IsTerminal) _nameWidth = Math.Max(_nameWidth, Math.Min(name.Length, MostNameWidth));
        name = name.PadRight(_nameWidth);
        if (!output.HasColour) output.Write($"{name} | ");
        // What went to standard error stands behind a red bar.
        else
            output.Write($"\e[{NameColours[line.Id % NameColours.Length]}m{name}\e[0m "
                + $"{(line.Stream == "err" ? "\e[31m|\e[0m" : "|")} ");
    }

    /// <summary>
    /// Something that happened: dim, between dashes, so that nobody takes it for a line. In a pipe, unless it was asked
    /// for, it goes to standard error: who reads there reads lines.
    /// </summary>
    void TellEvent(LogLine line)
    {
        if (!output.IsTerminal && !Timestamps && !Events)
        {
            output.Flush();
            errors.WriteLine($"-- {Display.Name(line.Name, line.Instance, line.Instance > 0)} "
                + $"{ControlText.Escape(line.Text ?? "")} --");
            errors.Flush();
            return;
        }
        if (_open is not null) EndOpenLine();
        if (Timestamps) output.Write($"{TimeOf(line.Time).PadRight(output.IsTerminal ? TimeWidth : 0)} ");
        var words = $"-- {Display.Name(line.Name, line.Instance, line.Instance > 0)} "
            + $"{ControlText.Escape(line.Text ?? "")} --";
        output.WriteLine(output.HasColour ? $"\e[2m{words}\e[0m" : words);
    }

    void TellLost(LogLine line, long lost)
    {
        // What a full disk swallowed is said in the file itself, on a line of its own.
        if (line.LostBecause == "diskFull") return;
        output.Flush();
        var name = Display.Name(line.Name, line.Instance, line.Instance > 0);
        errors.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
                $"tspm: {name}, {line.Stream}: {lost} bytes are missing here; they were rotated away or emptied "
                    + $"before they were read"));
        errors.Flush();
    }
}
