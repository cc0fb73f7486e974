using System.Buffers;
using System.Text;
using Tspm.Client.Terminal;

namespace Tspm.Client.Output;

/// <summary>Writes bytes to a stream.</summary>
/// <returns>False if the reader is gone (EPIPE).</returns>
internal delegate bool ByteSink(ReadOnlySpan<byte> bytes);

/// <summary>
/// A buffered UTF-8 writer over a standard stream. Not <see cref="Console"/>: its first use costs more than a whole
/// <c>tspm list</c>. A reader that goes away (<c>tspm logs | head</c>) is not an error: further output is dropped, and
/// streams check <see cref="IsBroken"/> in order to end.
/// </summary>
internal sealed class OutputWriter(ByteSink sink, bool isTerminal)
{
    const int FlushAt = 32 << 10;

    readonly ArrayBufferWriter<byte> _buffer = new(4 << 10);

    public bool IsTerminal => isTerminal;

    /// <summary>The colours that the output may have, see <see cref="ColourSupport"/>.</summary>
    public ColourDepth Colours { get; init; }

    /// <summary>Whether the output may have colours and other effects.</summary>
    public bool HasColour => Colours != ColourDepth.None;

    /// <summary>Writes text in a style, if the output may have colours.</summary>
    public void Write(string text, Style style)
    {
        if (!HasColour || style.IsPlain)
        {
            Write(text);
            return;
        }
        SgrText.Write(_buffer, style, Colours);
        Write(text);
        Write("\e[0m"u8);
    }

    public bool IsBroken { get; private set; }

    /// <summary>For writers that fill a buffer themselves (JSON).</summary>
    public IBufferWriter<byte> Buffer => _buffer;

    public void Write(ReadOnlySpan<char> text)
    {
        Encoding.UTF8.GetBytes(text, _buffer);
        if (_buffer.WrittenCount >= FlushAt) Flush();
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _buffer.Write(bytes);
        if (_buffer.WrittenCount >= FlushAt) Flush();
    }

    /// <summary>Changes each line of text before it is written; null to write it as it is.</summary>
    public Func<string, string>? Rewrite { get; set; }

    public void WriteLine(string text = "")
    {
        Write(Rewrite is { } rewrite ? rewrite(text) : text);
        Write("\n"u8);
    }

    /// <exception cref="IOException">The bytes cannot be written, for example because the disk is full.</exception>
    public void Flush()
    {
        if (_buffer.WrittenCount == 0) return;
        try
        {
            if (!IsBroken && !sink(_buffer.WrittenSpan)) IsBroken = true;
        }
        finally
        {
            _buffer.ResetWrittenCount();
        }
    }
}
