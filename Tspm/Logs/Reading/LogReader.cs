using Tspm.Logs.Index;

namespace Tspm.Logs.Reading;

/// <summary>
/// Reads a stream line by line and file by file, as one sequence of bytes. Positions stay the same across rotation,
/// compression, truncation and renaming. Only one file is open at a time: the file that is being read stays readable,
/// but later ones may be deleted before they are reached, which is counted (<see cref="TakeMissed"/>). Only files are
/// read, never a FIFO.
/// </summary>
internal sealed class LogReader : IDisposable
{
    /// <summary>A longer line is returned in parts.</summary>
    public const int LongestPart = 256 << 10;

    const int DefaultBlockBytes = 64 << 10;

    /// <summary>
    /// Attempts to open a file that a rotation renames meanwhile; after that, it is left to a later call.
    /// </summary>
    const int MaxAttempts = 5;

    /// <summary>Limit for the number of empty files that are skipped in one call.</summary>
    const int MaxFilesInARow = 100;

    LogIndexReader? _index;
    LogChain _chain;

    /// <summary>
    /// The file that is being read. When it has been read completely (<see cref="_isLeft"/>), it stays open until the
    /// next one is open, because its position is the one that is certain.
    /// </summary>
    LogPartReader? _open;
    bool _isLeft;
    readonly LineBuffer _buffer;
    long _missed;
    bool _indexIsStale;

    public LogReader(string path, int blockBytes = DefaultBlockBytes)
    {
        Path = path;
        _buffer = new LineBuffer(blockBytes);
        _index = LogIndexReader.Open(path);
        _chain = LogChain.Scan(path, _index);
        Position = _chain.Begin;
    }

    /// <summary>Path of the current file; set to a new one if the file is renamed.</summary>
    public string Path { get; set; }

    /// <summary>The index; null if there is none, or if it has no entries about the existing files.</summary>
    public LogIndexReader? Index => _chain.IsIndexed ? _index : null;

    /// <summary>The files of the stream, as they were found last.</summary>
    public LogChain Chain => _chain;

    /// <summary>Position after the last line that was returned.</summary>
    public long Position { get; private set; }

    /// <summary>Position of the first byte of the last line that was returned.</summary>
    public long LineStart { get; private set; }

    /// <summary>
    /// Position at which reading stops, so that an answer excludes output that came after the request.
    /// </summary>
    public long Limit { get; set; } = long.MaxValue;

    /// <summary>Continues at another position.</summary>
    public void Seek(long position)
    {
        Position = position;
        _buffer.Clear();
        if (_open is { } open && (position < open.Part.Base || position > open.Part.Base + open.Length)) Close();
    }

    /// <summary>
    /// Reads the next line.
    /// </summary>
    /// <param name="takePartial">Whether bytes without a line break at the end count as a line.</param>
    /// <param name="line">The line without its line break; valid until the next call.</param>
    /// <param name="partial">Whether the line has no line break, or is part of a long one.</param>
    /// <returns>False if there is no line for now.</returns>
    public bool TryRead(bool takePartial, out ReadOnlySpan<byte> line, out bool partial)
    {
        partial = false;
        line = default;
        var searched = 0;
        while (true)
        {
            var newline = _buffer.Unread[searched..].IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = Take(searched + newline, searched + newline + 1);
                return true;
            }
            searched = _buffer.Count;
            if (searched >= LongestPart) break;
            var at = Position;
            if (!Fill()) break;
            if (Position != at) searched = 0;
        }
        var rest = Math.Min(_buffer.Count, LongestPart);
        if (rest == 0 || (!takePartial && rest < LongestPart)) return false;
        partial = true;
        line = Take(rest, rest);
        return true;
    }

    /// <summary>The position at or after the given one where a line begins.</summary>
    public long LineAt(long position)
    {
        if (position <= _chain.Begin) return _chain.Begin;
        if (position >= _chain.End) return position;
        var (before, limit, missed) = (Position, Limit, _missed);
        Limit = long.MaxValue;
        Seek(position - 1);
        // Reads to the end of the line that contains the byte before the position.
        while (TryRead(takePartial: true, out _, out var partial) && partial) { }
        var found = Position;
        Seek(before);
        (Limit, _missed) = (limit, missed);
        return Math.Max(found, position);
    }

    /// <summary>The stretch in which the last returned line begins; null if there is no index.</summary>
    public LogStretch? Stretch()
    {
        if (_indexIsStale) RefreshIndex();
        return Index?.StretchAt(LineStart);
    }

    /// <summary>
    /// When the file that is being read was last written, in Unix milliseconds; without an index, nothing more is known
    /// about the time of its lines.
    /// </summary>
    public long ModifiedMs => (_open?.Part ?? _chain.Newest)?.Modified.ToUnixTimeMilliseconds() ?? 0;

    /// <summary>Returns and resets the number of bytes that were deleted before they could be read.</summary>
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

    /// <summary>Takes a new snapshot of the files and the index.</summary>
    public void Rescan()
    {
        _index?.Dispose();
        _index = LogIndexReader.Open(Path);
        var before = _chain;
        _chain = LogChain.Scan(Path, _index, _open);
        if (!before.IsIndexed && _chain.IsIndexed) TakeOverPlaces(before);
    }

    /// <summary>
    /// An index has been created: converts the position, so that reading continues at the same byte.
    /// </summary>
    void TakeOverPlaces(LogChain before)
    {
        if (before.Parts.Count == 0 && Position == 0) Position = _chain.Begin;
        if (_open is null || _chain.Find(_open.Part.Inode) is not { } same) return;
        var by = same.Base - _open.Part.Base;
        _open.Part = same;
        (Position, LineStart) = (Position + by, LineStart + by);
    }

    /// <summary>Position of the next byte to read from a file.</summary>
    long Ahead => Position + _buffer.Count;

    void RefreshIndex()
    {
        _indexIsStale = false;
        if (_index is { IsReplaced: false } && (_chain.IsIndexed || !_index.HasGrown)) _index.Refresh();
        else if (File.Exists(LogIndexReader.PathOf(Path))) Rescan();
    }

    ReadOnlySpan<byte> Take(int length, int consumed)
    {
        LineStart = Position;
        Position += consumed;
        return _buffer.Take(length, consumed);
    }

    /// <summary>Reads more bytes into the buffer.</summary>
    /// <returns>False if there are none for now.</returns>
    bool Fill()
    {
        for (var files = 0; files < MaxFilesInARow && Ahead < Limit; files++)
        {
            var isOpen = _open is not null && !_isLeft;
            if (!isOpen && !OpenNext()) return false;
            if (ReadOpen()) return true;
            if (!IsOver()) return false;
            // The last bytes may have been written between the read and IsOver.
            if (ReadOpen()) return true;
            Leave();
        }
        return false;
    }

    bool ReadOpen()
    {
        var free = _buffer.Free;
        var wanted = (int)Math.Min(free.Length, Limit - Ahead);
        var count = _open!.Read(free[..wanted], Ahead - _open.Part.Base);
        _buffer.Add(count);
        _indexIsStale |= count > 0;
        return count > 0;
    }

    /// <summary>
    /// Whether the open file will not grow any more, because its path leads to another file or it was truncated.
    /// </summary>
    bool IsOver()
    {
        if (_chain.Newest is { } newest && newest.Inode != _open!.Part.Inode) return true;
        if (LogPart.Find(Path, isGzip: false) is not { } current) return false;
        return current.Inode != _open!.Part.Inode || current.Size < Ahead - _open.Part.Base;
    }

    void Leave()
    {
        var left = _open!.Part;
        // A compressed file that ends early is damaged; its missing bytes are counted.
        if (left.IsGzip && Ahead < left.End) Skip(left.End);
        _isLeft = true;
        Rescan();
    }

    /// <summary>Opens the file that contains the next byte.</summary>
    /// <returns>False if there is none yet.</returns>
    bool OpenNext()
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (_chain.PartAt(Ahead) is null) Rescan();
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
            // The file has been renamed or compressed since the snapshot.
            Rescan();
        }
        return false;
    }

    /// <summary>
    /// The newest file ends before the current position, so it was truncated: continues at its beginning. While it is
    /// empty, its position may not be in the index yet.
    /// </summary>
    /// <returns>False if the position is not known yet.</returns>
    bool StartOver(LogPart newest)
    {
        if (newest.Size == 0 && _chain.IsIndexed) return false;
        Position = newest.Base;
        _buffer.Clear();
        return true;
    }

    void Skip(long to)
    {
        _missed += to - Position;
        Position = to;
        _buffer.Clear();
    }

    void Close()
    {
        _open?.Dispose();
        (_open, _isLeft) = (null, false);
    }
}
