using System.Buffers;
using System.Text;

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

    /// <summary>True on a terminal, unless NO_COLOR is set (no-color.org) or TERM is "dumb" or unset.</summary>
    public bool HasColour { get; init; }

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

    public void WriteLine(string text = "")
    {
        Write(text);
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
