using Microsoft.Win32.SafeHandles;

namespace Tspm.Logs;

/// <summary>Reads lines of one log file from an offset on, and finds where the last lines begin. Reads the file only: the stream is none of its business.</summary>
internal sealed class LogTail : IDisposable
{
    const int BlockBytes = 64 << 10;

    /// <summary>A line longer than this is handed out in parts.</summary>
    const int LongestPart = 256 << 10;

    readonly SafeFileHandle _file;
    byte[] _buffer = new byte[BlockBytes];
    int _start, _end;

    LogTail(SafeFileHandle file, long offset) => (_file, Offset) = (file, offset);

    /// <summary>Behind the last line that was given out.</summary>
    public long Offset { get; private set; }

    /// <summary>Null: there is no such file (yet).</summary>
    public static LogTail? Open(string path, long offset = 0)
    {
        try
        {
            return new LogTail(File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete), offset);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Where the last <paramref name="lines"/> lines begin.</summary>
    public void SeekToLast(int lines)
    {
        var position = RandomAccess.GetLength(_file);
        var end = position;
        Offset = end;
        if (lines <= 0) return;
        var seen = 0;
        while (position > 0)
        {
            var size = (int)Math.Min(BlockBytes, position);
            position -= size;
            var count = RandomAccess.Read(_file, _buffer.AsSpan(0, size), position);
            for (var i = count - 1; i >= 0; i--)
            {
                // A break at the very end closes the last line, it does not begin another one.
                if (_buffer[i] != '\n' || position + i == end - 1 || ++seen < lines) continue;
                Offset = position + i + 1;
                return;
            }
        }
        Offset = 0;
    }

    /// <summary>
    /// The next line without its break. False: no whole line is there. With <paramref name="takePartial"/> the rest without a break counts as a line. When the file was emptied, reading
    /// begins anew.
    /// </summary>
    public bool TryRead(bool takePartial, out ReadOnlySpan<byte> line, out bool partial)
    {
        partial = false;
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
            if (searched >= LongestPart || !Fill(out var restarted)) break;
            if (restarted) searched = 0;
        }
        partial = true;
        line = default;
        if (Unread.IsEmpty || (!takePartial && Unread.Length < LongestPart)) return false;
        line = Take(Unread.Length, Unread.Length);
        return true;
    }

    public void Dispose() => _file.Dispose();

    ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The bytes stay valid until the next read.</summary>
    ReadOnlySpan<byte> Take(int length, int consumed)
    {
        var line = _buffer.AsSpan(_start, length);
        _start += consumed;
        Offset += consumed;
        return line;
    }

    /// <summary>Reads on. False: there is no more for now. When the file was emptied, what is there now is other lines: restarted.</summary>
    bool Fill(out bool restarted)
    {
        restarted = RandomAccess.GetLength(_file) < Offset + Unread.Length;
        if (restarted) (Offset, _start, _end) = (0, 0, 0);
        if (_end == _buffer.Length) MakeRoom();
        var count = RandomAccess.Read(_file, _buffer.AsSpan(_end), Offset + Unread.Length);
        _end += count;
        return count > 0;
    }

    void MakeRoom()
    {
        var unread = Unread.Length;
        var target = unread > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        Unread.CopyTo(target);
        (_buffer, _start, _end) = (target, 0, unread);
    }
}
