using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Tspm.Platform.Facts;

/// <summary>
/// Reads git's index entry by entry, in versions 2 to 4 (man 5 gitformat-index), through a buffer of a fixed size,
/// because an index may be larger than the daemon. The reading terminates for any content of the file.
/// </summary>
internal sealed class GitIndex
{
    const int HeaderBytes = 12, FixedBytes = 40, ExtensionHeaderBytes = 8;

    /// <summary>Longer paths cannot be opened anyway (PATH_MAX).</summary>
    const int MostPathBytes = 4096;

    const int BufferBytes = 64 << 10;

    const ushort Extended = 0x4000, AssumeUnchanged = 0x8000, StageBits = 0x3000, SkipWorkTree = 0x4000;

    readonly SafeFileHandle _file;
    readonly int _hashBytes;
    readonly byte[] _buffer = new byte[BufferBytes];
    readonly byte[] _path = new byte[MostPathBytes + 1];
    int _start, _end, _pathLength;
    long _offset;
    uint _version, _left;

    public GitIndex(SafeFileHandle file, int hashBytes)
    {
        (_file, _hashBytes) = (file, hashBytes);
        if (!Has(HeaderBytes) || !Next.StartsWith("DIRC"u8)) return;
        _version = BinaryPrimitives.ReadUInt32BigEndian(Next[4..]);
        _left = BinaryPrimitives.ReadUInt32BigEndian(Next[8..]);
        IsReadable = _version is >= 2 and <= 4;
        _start += HeaderBytes;
    }

    /// <summary>Whether the part that was read so far is a valid index.</summary>
    public bool IsReadable { get; private set; }

    // ---- the current entry

    public uint ModifiedSeconds { get; private set; }

    /// <summary>0 if the program that wrote the index did not store it.</summary>
    public uint ModifiedNanoseconds { get; private set; }

    public uint Mode { get; private set; }

    /// <summary>The low 32 bits of the file's size; git also writes 0 if the size must not be relied on.</summary>
    public uint Size { get; private set; }

    /// <summary>Git is to ignore changes of the file, or the file is not meant to be checked out.</summary>
    public bool IsUnwatched { get; private set; }

    /// <summary>The file has an unresolved merge conflict.</summary>
    public bool IsUnmerged { get; private set; }

    readonly byte[] _hash = new byte[Sha256.Bytes];

    public ReadOnlySpan<byte> Hash => _hash.AsSpan(0, _hashBytes);

    /// <summary>The path relative to the top folder, followed by a zero byte.</summary>
    public ReadOnlySpan<byte> PathZ => _path.AsSpan(0, _pathLength + 1);

    public ReadOnlySpan<byte> Path => _path.AsSpan(0, _pathLength);

    /// <summary>
    /// Moves to the next entry; false if there is none, or it cannot be read (see <see cref="IsReadable"/>).
    /// </summary>
    public bool MoveNext()
    {
        if (!IsReadable || _left == 0) return false;
        _left--;
        return IsReadable = ReadEntry();
    }

    /// <summary>
    /// Whether the index is complete, which means that it is not split into several files. To be called after the last
    /// entry.
    /// </summary>
    public bool IsWhole()
    {
        if (!IsReadable || _left > 0) return false;
        var length = RandomAccess.GetLength(_file) - _hashBytes;
        Span<byte> header = stackalloc byte[ExtensionHeaderBytes];
        for (var at = _offset - (_end - _start); at + ExtensionHeaderBytes <= length;)
        {
            if (RandomAccess.Read(_file, header, at) != header.Length || header.StartsWith("link"u8)) return false;
            at += ExtensionHeaderBytes + BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        }
        return true;
    }

    bool ReadEntry()
    {
        var fixedBytes = FixedBytes + _hashBytes + sizeof(ushort);
        if (!Has(fixedBytes)) return false;
        ModifiedSeconds = BinaryPrimitives.ReadUInt32BigEndian(Next[8..]);
        ModifiedNanoseconds = BinaryPrimitives.ReadUInt32BigEndian(Next[12..]);
        Mode = BinaryPrimitives.ReadUInt32BigEndian(Next[24..]);
        Size = BinaryPrimitives.ReadUInt32BigEndian(Next[36..]);
        Next.Slice(FixedBytes, _hashBytes).CopyTo(_hash);
        var flags = BinaryPrimitives.ReadUInt16BigEndian(Next[(FixedBytes + _hashBytes)..]);
        (IsUnwatched, IsUnmerged) = ((flags & AssumeUnchanged) != 0, (flags & StageBits) != 0);
        if ((flags & Extended) != 0)
        {
            if (_version < 3 || !Has(fixedBytes + sizeof(ushort))) return false;
            IsUnwatched |= (BinaryPrimitives.ReadUInt16BigEndian(Next[fixedBytes..]) & SkipWorkTree) != 0;
            fixedBytes += sizeof(ushort);
        }
        _start += fixedBytes;
        return _version == 4 ? ReadCompressedPath() : ReadPath(fixedBytes);
    }

    bool ReadPath(int before)
    {
        Fill(MostPathBytes + 1);
        var length = Next.IndexOf((byte)0);
        if (length is <= 0 or > MostPathBytes) return false;
        Next[..length].CopyTo(_path);
        _pathLength = length;
        // One to eight zero bytes pad the entry to a multiple of eight.
        var padded = (before + length + 8) & ~7;
        if (!Has(padded - before)) return false;
        _start += padded - before;
        _path[_pathLength] = 0;
        return true;
    }

    bool ReadCompressedPath()
    {
        Fill(MostPathBytes + 16);
        // The number of bytes to remove from the end of the previous path, encoded as in gitformat-pack (OFS_DELTA).
        long stripped = 0;
        for (var count = 0; ; count++)
        {
            if (count > 4 || !Has(1)) return false;
            var digit = Next[0];
            _start++;
            stripped = (stripped << 7) + (digit & 0x7f);
            if ((digit & 0x80) == 0) break;
            stripped++;
        }
        var length = Next.IndexOf((byte)0);
        if (length < 0 || stripped > _pathLength) return false;
        var kept = _pathLength - (int)stripped;
        if (kept + length is <= 0 or > MostPathBytes) return false;
        Next[..length].CopyTo(_path.AsSpan(kept));
        _pathLength = kept + length;
        _path[_pathLength] = 0;
        _start += length + 1;
        return true;
    }

    ReadOnlySpan<byte> Next => _buffer.AsSpan(_start, _end - _start);

    bool Has(int count)
    {
        Fill(count);
        return _end - _start >= count;
    }

    /// <summary>Fills the buffer with at least this many bytes, unless the file ends.</summary>
    void Fill(int count)
    {
        if (_end - _start >= count) return;
        Next.CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        while (_end < count && RandomAccess.Read(_file, _buffer.AsSpan(_end), _offset) is > 0 and var read)
        {
            _end += read;
            _offset += read;
        }
    }
}
