using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Tspm.Libc;
using Tspm.Platform;

namespace Tspm.Logs.Reading;

/// <summary>One file of a stream as it was found: <c>PATH</c>, <c>PATH.1</c>, <c>PATH.2.gz</c>.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="IsGzip">Whether it is compressed; positions and sizes are those of the uncompressed bytes.</param>
/// <param name="Inode">Identifies the file, together with <paramref name="Born"/>: file systems reuse the inodes of
/// deleted files.</param>
/// <param name="Born">When the file was created; null: its file system does not say.</param>
/// <param name="Size">Size in bytes at that time. For a compressed file, it comes from the trailer, modulo 2^32 (RFC
/// 1952, ISIZE).</param>
/// <param name="Modified">When the file was last written.</param>
/// <param name="Base">Position in the stream of its first byte.</param>
internal sealed record LogPart(string Path, bool IsGzip, ulong Inode, DateTimeOffset? Born, long Size,
    DateTimeOffset Modified, long Base = 0)
{
    const int TrailerBytes = 4;

    /// <summary>Position in the stream after its last byte.</summary>
    public long End => Base + Size;

    /// <summary>Looks at the file at a path.</summary>
    /// <returns>Null if there is no such file.</returns>
    public static LogPart? Find(string path, bool isGzip)
    {
        if (isGzip) return FindGzip(path);
        return SysStat.stat(path, out var status) == 0 && status.IsRegularFile
            ? new LogPart(path, false, status.Inode, status.Born, status.Size, status.Modified)
            : null;
    }

    /// <summary>
    /// Whether this is the status of the same file. A plain file that has become shorter was truncated or replaced.
    /// </summary>
    public bool Is(in FileStatus status) =>
        status.Inode == Inode && status.Born == Born && (IsGzip || status.Size >= Size);

    /// <summary>Opens the file.</summary>
    /// <returns>Null if the path now leads to another file, or to none.</returns>
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

    /// <summary>Reads everything from one descriptor, so that it belongs to the same file.</summary>
    static LogPart? FindGzip(string path)
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
            // It was renamed or removed meanwhile.
            return null;
        }
    }
}

/// <summary>One open file of a stream, which stays readable even if it is renamed or deleted.</summary>
internal sealed class LogPartReader(LogPart part, SafeFileHandle file) : IDisposable
{
    const int SkipBytes = 32 << 10;

    GZipStream? _inside;
    long _insideAt;

    /// <summary>The file; replaced when its position becomes known from an index.</summary>
    public LogPart Part { get; set; } = part;

    /// <summary>Present size in bytes.</summary>
    public long Length => Part.IsGzip ? Part.Size : RandomAccess.GetLength(file);

    /// <summary>Reads at an offset in the file.</summary>
    /// <returns>Number of bytes read; 0 at the end, or where a compressed file is damaged.</returns>
    public int Read(Span<byte> into, long offset)
    {
        if (!Part.IsGzip) return RandomAccess.Read(file, into, offset);
        try
        {
            return ReadInside(into, offset);
        }
        catch (InvalidDataException)
        {
            // The file is damaged; bytes after the damage cannot be read.
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

    /// <summary>
    /// A stream over an open file that has its own position, independent of other readers, and does not close the file.
    /// </summary>
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
