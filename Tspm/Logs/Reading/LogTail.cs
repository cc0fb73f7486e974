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
internal sealed class LogTail(string path, Func<long> from)
{
    /// <summary>A longer line is returned in parts.</summary>
    const int LongestPart = 64 << 10;

    const int FirstBytes = 4 << 10;

    readonly LineBuffer _buffer = new(FirstBytes);
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
            var length = _buffer.Unread.IndexOf((byte)'\n');
            if (length >= 0) return Encoding.UTF8.GetString(_buffer.Take(length, length + 1));
            var rest = _buffer.Count;
            if (rest >= LongestPart) return Encoding.UTF8.GetString(_buffer.Take(rest, rest));
            if (!Fill()) return null;
        }
    }

    bool Fill()
    {
        if (_offset < 0 && (_offset = from()) < 0) return false;
        if (_file is null && !Open()) return false;
        if (RandomAccess.GetLength(_file!) < _offset) StartAt(0);
        var count = RandomAccess.Read(_file!, _buffer.Free, _offset);
        _offset += count;
        _buffer.Add(count);
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
        _file = null;
        StartAt(0);
        return true;
    }

    void StartAt(long offset)
    {
        _offset = offset;
        _buffer.Clear();
    }
}
