using Tspm.Logs.Index;

namespace Tspm.Logs.Reading;

/// <summary>
/// Reads a stream line by line, from file to file, as one sequence of bytes with positions that never change: over
/// rotation, compression, truncation and renaming. Holds one file open at a time; so what it is reading stays readable,
/// and what it has not reached yet may be gone when it comes there: that is counted (<see cref="TakeMissed"/>). Reads
/// the files only: the FIFO is none of its business.
/// </summary>
internal sealed class LogReader : IDisposable
{
    /// <summary>A line longer than this is handed out in parts.</summary>
    public const int LongestPart = 256 << 10;

    const int DefaultBlockBytes = 64 << 10;

    /// <summary>Files that are there and gone again when they are to be opened: a rotation. Then, later.</summary>
    const int Tries = 5;

    /// <summary>Files without a byte that are passed by in one read.</summary>
    const int MostFilesInARow = 100;

    LogIndexReader? _index;
    LogChain _chain;

    /// <summary>
    /// The file that is read. When all of it is (<see cref="_isLeft"/>), it is held until the next one is open: its
    /// place is the one that is certain.
    /// </summary>
    LogPartReader? _open;
    bool _isLeft;
    byte[] _buffer;
    int _start, _end;
    long _missed;
    bool _indexIsStale;

    public LogReader(string path, int blockBytes = DefaultBlockBytes)
    {
        (Path, _buffer) = (path, new byte[blockBytes]);
        _index = LogIndexReader.Open(path);
        _chain = LogChain.Look(path, _index);
        Position = _chain.Begin;
    }

    /// <summary>The current file; may be changed when it was renamed.</summary>
    public string Path { get; set; }

    /// <summary>Null: there is none, or it knows nothing of these files.</summary>
    public LogIndexReader? Index => _chain.IsIndexed ? _index : null;

    public LogChain Chain => _chain;

    /// <summary>Behind the last line that was given out.</summary>
    public long Position { get; private set; }

    /// <summary>Where the last line that was given out begins.</summary>
    public long LineStart { get; private set; }

    /// <summary>Nothing from here on is read: what came after the question does not belong to the answer.</summary>
    public long Limit { get; set; } = long.MaxValue;

    /// <summary>Goes on elsewhere.</summary>
    public void Seek(long position)
    {
        (Position, _start, _end) = (position, 0, 0);
        if (_open is { } open && (position < open.Part.Base || position > open.Part.Base + open.Length)) Close();
    }

    /// <summary>
    /// The next line without its break. False: no whole line is there. With <paramref name="takePartial"/> the rest
    /// without a break counts as a line. The bytes stay valid until the next call.
    /// </summary>
    public bool TryRead(bool takePartial, out ReadOnlySpan<byte> line, out bool partial)
    {
        partial = false;
        line = default;
        var searched = 0;
        while (true)
        {
            var newline = Unread[searched..].IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = Take(searched + newline, searched + newline + 1);
                return true;
            }
            searched = Unread.Length;
            if (searched >= LongestPart) break;
            var at = Position;
            if (!Fill()) break;
            if (Position != at) searched = 0;
        }
        if (Unread.IsEmpty || (!takePartial && Unread.Length < LongestPart)) return false;
        partial = true;
        line = Take(Math.Min(Unread.Length, LongestPart), Math.Min(Unread.Length, LongestPart));
        return true;
    }

    /// <summary>Where the first line begins that begins at or behind a position.</summary>
    public long LineAt(long position)
    {
        if (position <= _chain.Begin) return _chain.Begin;
        if (position >= _chain.End) return position;
        var (before, limit, missed) = (Position, Limit, _missed);
        Limit = long.MaxValue;
        Seek(position - 1);
        // The bytes behind the last break of a line that is not whole belong to the line before.
        while (TryRead(takePartial: true, out _, out var partial) && partial) { }
        var found = Position;
        Seek(before);
        (Limit, _missed) = (limit, missed);
        return Math.Max(found, position);
    }

    /// <summary>The stretch in which the last line that was given out begins; null: there is no index.</summary>
    public LogStretch? Stretch()
    {
        if (_indexIsStale) RefreshIndex();
        return Index?.StretchAt(LineStart);
    }

    /// <summary>
    /// When the file that is being read was last written to: the only thing known of the time of lines without an
    /// index.
    /// </summary>
    public long ModifiedMs => (_open?.Part ?? _chain.Newest)?.Modified.ToUnixTimeMilliseconds() ?? 0;

    /// <summary>Bytes that were gone when they were to be read, since the last question.</summary>
    public long TakeMissed()
    {
        var missed = _missed;
        _missed = 0;
        return missed;
    }

    public void Dispose()
    {
        _open?.Dispose();
        _index?.Dispose();
    }

    /// <summary>Looks again at what files there are.</summary>
    public void LookAgain()
    {
        _index?.Dispose();
        _index = LogIndexReader.Open(Path);
        var before = _chain;
        _chain = LogChain.Look(Path, _index, _open);
        if (!before.IsIndexed && _chain.IsIndexed) TakeOverPlaces(before);
    }

    /// <summary>
    /// Now there is an index: where reading is has another position from now on, and is the same place.
    /// </summary>
    void TakeOverPlaces(LogChain before)
    {
        if (before.Parts.Count == 0 && Position == 0) Position = _chain.Begin;
        if (_open is null || _chain.Find(_open.Part.Inode) is not { } same) return;
        var by = same.Base - _open.Part.Base;
        _open.Part = same;
        (Position, LineStart) = (Position + by, LineStart + by);
    }

    ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    long Ahead => Position + (_end - _start);

    void RefreshIndex()
    {
        _indexIsStale = false;
        if (_index is { IsReplaced: false } && (_chain.IsIndexed || !_index.HasGrown)) _index.Refresh();
        else if (File.Exists(LogIndexReader.PathOf(Path))) LookAgain();
    }

    ReadOnlySpan<byte> Take(int length, int consumed)
    {
        var line = _buffer.AsSpan(_start, length);
        LineStart = Position;
        _start += consumed;
        Position += consumed;
        return line;
    }

    /// <summary>Reads on. False: there is no more for now.</summary>
    bool Fill()
    {
        if (_end == _buffer.Length) MakeRoom();
        for (var files = 0; files < MostFilesInARow && Ahead < Limit
            && (_open is not null && !_isLeft || OpenNext()); files++)
        {
            if (ReadOpen()) return true;
            if (!IsOver()) return false;
            // Between the read and the look at the name, the last bytes may have come.
            if (ReadOpen()) return true;
            Leave();
        }
        return false;
    }

    bool ReadOpen()
    {
        var wanted = (int)Math.Min(_buffer.Length - _end, Limit - Ahead);
        var count = _open!.Read(_buffer.AsSpan(_end, wanted), Ahead - _open.Part.Base);
        _end += count;
        _indexIsStale |= count > 0;
        return count > 0;
    }

    /// <summary>
    /// Nothing will be added to the open file any more: its name leads to another one, or it was emptied.
    /// </summary>
    bool IsOver()
    {
        if (_chain.Newest is { } newest && newest.Inode != _open!.Part.Inode) return true;
        if (LogPart.Look(Path, isGzip: false) is not { } current) return false;
        return current.Inode != _open!.Part.Inode || current.Size < Ahead - _open.Part.Base;
    }

    void Leave()
    {
        var left = _open!.Part;
        // A compressed file that ends early is damaged.
        if (left.IsGzip && Ahead < left.End) Skip(left.End);
        _isLeft = true;
        LookAgain();
    }

    /// <summary>Opens the file that the next byte is in. False: there is none yet.</summary>
    bool OpenNext()
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            if (_chain.PartAt(Ahead) is null) LookAgain();
            if (_chain.Newest is not { } newest) return false;
            if (_chain.PartAt(Ahead) is null && !StartOver(newest)) return false;
            var part = _chain.PartAt(Ahead)!;
            if (part.Open() is { } opened)
            {
                _open?.Dispose();
                (_open, _isLeft) = (opened, false);
                if (part.Base > Ahead) Skip(part.Base);
                return true;
            }
            // Renamed or compressed since it was looked at.
            LookAgain();
        }
        return false;
    }

    /// <summary>
    /// The newest file ends before the place to go on at: it was emptied. What is in it now is new; while nothing is,
    /// its place may not be known yet.
    /// </summary>
    bool StartOver(LogPart newest)
    {
        if (newest.Size == 0 && _chain.IsIndexed) return false;
        (Position, _start, _end) = (newest.Base, 0, 0);
        return true;
    }

    void Skip(long to)
    {
        _missed += to - Position;
        (Position, _start, _end) = (to, 0, 0);
    }

    void Close()
    {
        _open?.Dispose();
        (_open, _isLeft) = (null, false);
    }

    void MakeRoom()
    {
        var unread = Unread.Length;
        var target = unread > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        Unread.CopyTo(target);
        (_buffer, _start, _end) = (target, 0, unread);
    }
}
