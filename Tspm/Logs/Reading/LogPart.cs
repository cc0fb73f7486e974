using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Tspm.Libc;
using Tspm.Platform;

namespace Tspm.Logs.Reading;

/// <summary>One file of a stream as it was seen: <c>PATH</c>, <c>PATH.1</c>, <c>PATH.2.gz</c>.</summary>
/// <param name="Path">Where it was.</param>
/// <param name="IsGzip">Compressed; positions and sizes are those of the bytes inside.</param>
/// <param name="Inode">By which it is known again, together with the next one: the system gives the number of a removed
/// file away at once.</param>
/// <param name="Born">When the file was made; null: its file system does not say.</param>
/// <param name="Size">Bytes when it was looked at. Of a compressed file that is its trailer's word, modulo 2^32 (RFC
/// 1952, ISIZE).</param>
/// <param name="Modified">When it was last written to.</param>
/// <param name="Base">Position in the stream of its first byte.</param>
internal sealed record LogPart(string Path, bool IsGzip, ulong Inode, DateTimeOffset? Born, long Size,
    DateTimeOffset Modified, long Base = 0)
{
    const int TrailerBytes = 4;

    public long End => Base + Size;

    /// <summary>Null: there is no such file.</summary>
    public static LogPart? Look(string path, bool isGzip)
    {
        if (isGzip) return LookInside(path);
        return SysStat.stat(path, out var status) == 0 && status.IsRegularFile
            ? new LogPart(path, false, status.Inode, status.Born, status.Size, status.Modified)
            : null;
    }

    /// <summary>
    /// This is the file that was seen. A file that has become shorter is another one's successor or was emptied.
    /// </summary>
    public bool Is(in FileStatus status) =>
        status.Inode == Inode && status.Born == Born && (IsGzip || status.Size >= Size);

    /// <summary>Null: at this path is another file by now, or none.</summary>
    public LogPartReader? Open()
    {
        SafeFileHandle file;
        try
        {
            file = RegularFile.Open(Path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        if (SysStat.fstat((int)file.DangerousGetHandle(), out var status) == 0 && Is(status))
            return new LogPartReader(this, file);
        file.Dispose();
        return null;
    }

    /// <summary>All of one file, whatever has its name a moment later.</summary>
    static LogPart? LookInside(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            using var file = RegularFile.Open(path);
            Span<byte> trailer = stackalloc byte[TrailerBytes];
            if (SysStat.fstat((int)file.DangerousGetHandle(), out var status) != 0 || status.Size < TrailerBytes)
                return null;
            if (RandomAccess.Read(file, trailer, status.Size - TrailerBytes) != TrailerBytes) return null;
            return new LogPart(path, true, status.Inode, status.Born,
                System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(trailer), status.Modified);
        }
        catch (FileNotFoundException)
        {
            // Renamed or removed between two looks.
            return null;
        }
    }
}

/// <summary>One file of a stream, open: whatever happens to its name, these are its bytes.</summary>
internal sealed class LogPartReader(LogPart part, SafeFileHandle file) : IDisposable
{
    const int SkipBytes = 32 << 10;

    GZipStream? _inside;
    long _insideAt;

    /// <summary>What is read; another one when its place became known otherwise.</summary>
    public LogPart Part { get; set; } = part;

    /// <summary>Bytes that a plain file has at this moment.</summary>
    public long Length => Part.IsGzip ? Part.Size : RandomAccess.GetLength(file);

    /// <summary>Reads at an offset in this file; 0: there is nothing (any more, or yet).</summary>
    public int Read(Span<byte> into, long offset)
    {
        if (!Part.IsGzip) return RandomAccess.Read(file, into, offset);
        try
        {
            return ReadInside(into, offset);
        }
        catch (InvalidDataException)
        {
            // Damaged: what comes behind the damage cannot be had.
            return 0;
        }
    }

    public void Dispose()
    {
        _inside?.Dispose();
        file.Dispose();
    }

    int ReadInside(Span<byte> into, long offset)
    {
        if (_inside is null || offset < _insideAt)
        {
            _inside?.Dispose();
            _inside = new GZipStream(new FromTheStart(file), CompressionMode.Decompress);
            _insideAt = 0;
        }
        if (offset > _insideAt)
        {
            var skipped = new byte[SkipBytes];
            while (offset > _insideAt)
            {
                var count = _inside.Read(skipped.AsSpan(0, (int)Math.Min(SkipBytes, offset - _insideAt)));
                if (count == 0) return 0;
                _insideAt += count;
            }
        }
        var read = _inside.Read(into);
        _insideAt += read;
        return read;
    }

    /// <summary>The bytes of an open file from its first one on, whoever else reads it; leaves it open.</summary>
    sealed class FromTheStart(SafeFileHandle file) : Stream
    {
        long _at;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => _at; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var count = RandomAccess.Read(file, buffer, _at);
            _at += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
