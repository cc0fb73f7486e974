using System.Text;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>
/// Prints lines of logs: as text (with the name in front when several processes speak), as the bytes alone, or as JSON. In a pipe the bytes are what the
/// child wrote; on a terminal they go through <see cref="TerminalFilter"/>.
/// </summary>
internal sealed class LogPrinter(OutputWriter output, bool raw, bool json)
{
    /// <summary>Colours of names, in order: cyan, green, yellow, blue, magenta and their bright ones (ECMA-48, SGR).</summary>
    static ReadOnlySpan<byte> NameColours => [36, 32, 33, 34, 35, 96, 92, 93, 94, 95];

    /// <summary>Line that was left open by a partial one: its process and stream.</summary>
    (int Id, int Instance, string Stream)? _open;

    /// <summary>Names in front of lines. Known once it is known how many processes speak.</summary>
    public bool Several { get; set; }

    public void Print(LogLine line)
    {
        if (json)
        {
            JsonPrinter.Print(output, line, PrintJson.Readable.LogLine);
            return;
        }
        var bytes = line.Base64 is { } encoded ? Convert.FromBase64String(encoded) : Encoding.UTF8.GetBytes(line.Text ?? "");
        if (raw)
        {
            output.Write(bytes);
            if (!line.Partial) output.Write("\n"u8);
            return;
        }
        var source = (line.Id, line.Instance, line.Stream);
        if (_open is not null && _open != source) EndOpenLine();
        if (_open is null && Several) WritePrefix(line);
        output.Write(output.IsTerminal ? TerminalFilter.Clean(bytes) : bytes);
        // A colour that the child left on would run into the next process's lines.
        if (output.HasColour && bytes.AsSpan().Contains((byte)0x1b)) output.Write("\e[0m"u8);
        _open = source;
        if (!line.Partial) EndOpenLine();
    }

    /// <summary>At the end: the prompt of the shell stands on a line of its own.</summary>
    public void Finish()
    {
        if (_open is not null && output.IsTerminal) EndOpenLine();
    }

    void EndOpenLine()
    {
        output.Write("\n"u8);
        _open = null;
    }

    void WritePrefix(LogLine line)
    {
        var name = Display.Name(line.Name, line.Instance, line.Instance > 0);
        if (!output.HasColour) output.Write($"{name} | ");
        else output.Write($"\e[{NameColours[line.Id % NameColours.Length]}m{name}\e[0m | ");
    }
}
