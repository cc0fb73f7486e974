using System.Text;
using Microsoft.Win32.SafeHandles;
using Tspm.Libc;

namespace Tspm.Logs.Reading;

/// <summary>
/// Reads the complete lines of a log file from an offset on, as they are written, even if the file is truncated or
/// rotated.
/// </summary>
/// <param name="path">Path of the file, which need not exist yet.</param>
/// <param name="from">Returns the offset of the first line; negative: it is not known yet, so nothing is read.</param>
internal sealed class GrowingLog(string path, Func<long> from)
{
    /// <summary>A longer line is returned in parts.</summary>
    const int LongestPart = 64 << 10;

    const int FirstBytes = 4 << 10;

    byte[] _buffer = new byte[FirstBytes];
    int _start, _end;
    long _offset = -1;
    SafeFileHandle? _file;
    ulong _inode;

    public string Path => path;

    /// <summary>Reads the next line, without its line break.</summary>
    /// <returns>Null if there is no complete line for now.</returns>
    public string? TryRead()
    {
        while (true)
        {
            var unread = _buffer.AsSpan(_start, _end - _start);
            var length = unread.IndexOf((byte)'\n');
            var isWhole = length >= 0;
            if (!isWhole && unread.Length >= LongestPart) length = unread.Length;
            if (length >= 0)
            {
                _start += length + (isWhole ? 1 : 0);
                return Encoding.UTF8.GetString(unread[..length]);
            }
            if (!Fill()) return null;
        }
    }

    bool Fill()
    {
        if (_offset < 0 && (_offset = from()) < 0) return false;
        if (_file is null && !Open()) return false;
        if (RandomAccess.GetLength(_file!) < _offset) (_offset, _start, _end) = (0, 0, 0);
        if (_end == _buffer.Length) MakeRoom();
        var count = RandomAccess.Read(_file!, _buffer.AsSpan(_end), _offset);
        (_offset, _end) = (_offset + count, _end + count);
        return count > 0 || (IsAnother() && Fill());
    }

    bool Open()
    {
        try
        {
            _file = Platform.RegularFile.Open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file does not exist yet, or cannot be opened now; the next call tries again.
            return false;
        }
        _ = SysStat.fstat((int)_file.DangerousGetHandle(), out var status);
        _inode = status.Inode;
        return true;
    }

    /// <summary>
    /// After a rotation, continues at the beginning of the new file. The rest of the old one has already been read.
    /// </summary>
    /// <returns>False if the path still leads to the same file.</returns>
    bool IsAnother()
    {
        if (SysStat.stat(path, out var status) != 0 || status.Inode == _inode) return false;
        _file!.Dispose();
        (_file, _offset, _start, _end) = (null, 0, 0, 0);
        return true;
    }

    void MakeRoom()
    {
        var unread = _end - _start;
        var target = unread > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, unread).CopyTo(target);
        (_buffer, _start, _end) = (target, 0, unread);
    }
}
