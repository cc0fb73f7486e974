using Tspm.Platform.Linux;

namespace Tspm.Daemon;

/// <summary>
/// Writes to a stream and also to descriptor 2, without the runtime's console, which would install signal handlers.
/// </summary>
internal sealed class StandardErrorTee(Stream inner) : Stream
{
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException("a stream to a terminal has no length");
    public override long Position
    {
        get => Length; set =>
        throw new NotSupportedException("a stream to a terminal has no position");
    }
    public override void Flush() => inner.Flush();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("write-only");
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("write-only");
    public override void SetLength(long value) => throw new NotSupportedException("write-only");
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>
    /// Ignores errors of standard error: the terminal may be gone, and daemon.log has the same lines.
    /// </summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        StandardError.Write(buffer);
    }
}
