namespace Tspm.Daemon;

/// <summary>
/// Writes to a file and opens its path again on request. One thread writes; any thread may request a reopen.
/// </summary>
internal sealed class LogFileStream(Func<Stream> open) : Stream
{
    Stream _file = open();
    volatile bool _isOutdated;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException("the length of a log is not available");
    public override long Position
    {
        get => Length; set =>
        throw new NotSupportedException("a log is only appended to");
    }

    /// <summary>Opens the path again before the next write.</summary>
    public void Reopen() => _isOutdated = true;

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_isOutdated)
        {
            _isOutdated = false;
            _file.Dispose();
            _file = open();
        }
        _file.Write(buffer);
    }

    public override void Flush() => _file.Flush();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("write-only");
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("write-only");
    public override void SetLength(long value) => throw new NotSupportedException("write-only");
    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        base.Dispose(disposing);
    }
}
