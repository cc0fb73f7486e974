namespace Tspm.Logs.Reading;

/// <summary>Bytes that have been read from a file and not used yet. Grows if a line does not fit.</summary>
internal sealed class LineBuffer(int capacity)
{
    byte[] _bytes = new byte[capacity];
    int _start, _end;

    /// <summary>The bytes that have not been used yet.</summary>
    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Number of bytes that have not been used yet.</summary>
    public int Count => _end - _start;

    /// <summary>Room for further bytes, at least one; <see cref="Add"/> must follow.</summary>
    public Span<byte> Free
    {
        get
        {
            if (_end == _bytes.Length) MakeRoom();
            return _bytes.AsSpan(_end);
        }
    }

    /// <summary>This number of bytes was written to <see cref="Free"/>.</summary>
    public void Add(int count) => _end += count;

    /// <summary>
    /// Returns the next bytes, which are valid until bytes are added, and skips <paramref name="used"/>.
    /// </summary>
    public ReadOnlySpan<byte> Take(int count, int used)
    {
        var bytes = _bytes.AsSpan(_start, count);
        _start += used;
        return bytes;
    }

    /// <summary>Forgets all bytes.</summary>
    public void Clear()
    {
        _start = 0;
        _end = 0;
    }

    void MakeRoom()
    {
        var unread = Unread;
        var target = unread.Length > _bytes.Length / 2 ? new byte[_bytes.Length * 2] : _bytes;
        unread.CopyTo(target);
        _bytes = target;
        _end = unread.Length;
        _start = 0;
    }
}
