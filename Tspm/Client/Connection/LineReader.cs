namespace Tspm.Client.Connection;

/// <summary>
/// Reads lines of up to <see cref="MaxLine"/> bytes from a socket, within the deadline of each wait.
/// </summary>
internal sealed class LineReader(DaemonSocket socket)
{
    /// <summary>The longest line that a client accepts: much longer than a list of 1000 processes.</summary>
    public const int MaxLine = Protocol.Framing.MaxResponseBytes;

    byte[] _buffer = new byte[16 << 10];
    int _start, _searched, _end;

    /// <summary>Whether a line can be read without waiting.</summary>
    public bool HasLine => _buffer.AsSpan(_start, _end - _start).Contains((byte)'\n');

    /// <summary>
    /// Reads the next line, without its line break. The memory is valid until the next call.
    /// </summary>
    /// <returns>Null at the end of the stream, where an unfinished line is dropped.</returns>
    /// <exception cref="DaemonException">The deadline passed, or the line is too long.</exception>
    public ReadOnlyMemory<byte>? Read(Wait wait)
    {
        while (true)
        {
            var newline = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                var line = _buffer.AsMemory(_start, _searched + newline - _start);
                _start = _searched += newline + 1;
                return line;
            }
            _searched = _end;
            MakeRoom();
            if (!Fill(wait)) return null;
        }
    }

    void MakeRoom()
    {
        if (_end < _buffer.Length) return;
        var held = _end - _start;
        if (held >= MaxLine)
            throw new DaemonException(LocalError.BadAnswer,
                $"the daemon's answer is longer than {MaxLine >> 20} MiB; ask for less, for example with a selector");
        var room = held * 2 > _buffer.Length ? new byte[_buffer.Length * 2] : _buffer;
        Buffer.BlockCopy(_buffer, _start, room, 0, held);
        (_buffer, _start, _searched, _end) = (room, 0, held, held);
    }

    bool Fill(Wait wait)
    {
        while (!socket.WaitReadable(wait.NextPoll())) { }
        var received = socket.Receive(_buffer.AsSpan(_end));
        _end += received;
        return received > 0;
    }
}
