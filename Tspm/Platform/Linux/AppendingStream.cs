using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// Appends to a file at its present end (O_APPEND). A file that somebody truncated is written from its beginning again.
/// After an error (a full disk, a limit on the file size), later writes succeed as soon as there is space. Bytes that
/// could not be written are lost.
/// </summary>
internal sealed unsafe class AppendingStream : Stream
{
    const uint OwnerOnly = 0x180; // 0600

    readonly Descriptor _descriptor;

    /// <summary>
    /// Opens the file, and creates it if it is missing. A FIFO or a device in its place is renamed first, because it
    /// would block or discard the output.
    /// </summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public AppendingStream(string path)
    {
        if (RegularFile.Obstacle(path) is not null) _ = FileSystem.SetAside(path, out _);
        const int flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_APPEND | Fcntl.O_NONBLOCK;
        _descriptor = Descriptors.Open(path, flags, OwnerOnly);
        if (!_descriptor.IsOpen) throw new IOException(path, Errno.Last);
    }

    /// <summary>Called after each complete write.</summary>
    public Action? Written { get; init; }

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException("write-only");
    public override long Position { get => Length; set => throw new NotSupportedException("write-only"); }
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("write-only");
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("write-only");
    public override void SetLength(long value) => throw new NotSupportedException("write-only");
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            for (nint done = 0; done < buffer.Length;)
            {
                var count = Unistd.write(_descriptor.NumberOrNone, start + done, (nuint)(buffer.Length - done));
                if (count >= 0) done += count;
                else if (Errno.Last != Errno.EINTR) throw new IOException("cannot write", Errno.Last);
            }
        }
        Written?.Invoke();
    }

    protected override void Dispose(bool disposing)
    {
        _descriptor.Dispose();
        base.Dispose(disposing);
    }
}
