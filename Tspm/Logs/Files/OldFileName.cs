using System.Buffers.Text;
using System.Text;
using Tspm.Libc;

namespace Tspm.Logs.Files;

/// <summary>What there is under a number of a log.</summary>
internal enum OldFile
{
    None,
    Plain,
    Compressed,
}

/// <summary>
/// The name of an old file of a log, as the kernel wants it, in one buffer on the stack. A rotation asks for the name
/// of every old file several times: on the heap, with a thousand files kept, that would be half a megabyte of garbage
/// each time.
/// </summary>
internal unsafe struct OldFileName
{
    /// <summary>PATH_MAX of linux/limits.h; a log with a longer one could not have been opened.</summary>
    const int LongestPath = 4096;

    fixed byte _bytes[LongestPath + 16];

    readonly int _stem;

    public OldFileName(string path)
    {
        fixed (byte* bytes = _bytes) _stem = Encoding.UTF8.GetBytes(path, new Span<byte>(bytes, LongestPath));
        _bytes[_stem] = (byte)'.';
    }

    /// <summary>Takes the name of what is there. For everybody, also while the pump rotates.</summary>
    public OldFile Look(int number)
    {
        if (Is(number, OldFile.Compressed)) return OldFile.Compressed;
        if (Is(number, OldFile.Plain)) return OldFile.Plain;
        // The compressed one was finished, and the plain one removed, between the two looks.
        return Is(number, OldFile.Compressed) ? OldFile.Compressed : OldFile.None;
    }

    /// <summary>
    /// The same; and when a daemon died between making the compressed file whole and removing the plain one, the plain
    /// one is removed. For the pump's thread, or where all files go: to anybody else two may seem to have one number
    /// because they are being moved up, and one would be lost.
    /// </summary>
    public OldFile LookAndTidy(int number)
    {
        var file = Look(number);
        if (file != OldFile.Compressed) return file;
        Set(number, OldFile.Plain);
        _ = Unlink();
        Set(number, OldFile.Compressed);
        return OldFile.Compressed;
    }

    public void Set(int number, OldFile kind)
    {
        fixed (byte* bytes = _bytes)
        {
            var rest = new Span<byte>(bytes + _stem + 1, 15);
            _ = Utf8Formatter.TryFormat(number, rest, out var digits);
            rest = rest[digits..];
            if (kind == OldFile.Compressed)
            {
                ".gz"u8.CopyTo(rest);
                rest = rest[3..];
            }
            rest[0] = 0;
        }
    }

    bool Is(int number, OldFile kind)
    {
        Set(number, kind);
        fixed (byte* bytes = _bytes) return Unistd.access(bytes, Unistd.F_OK) == 0;
    }

    /// <summary>As lstat: 0, or -1 with <see cref="Errno.Last"/>.</summary>
    public int Status(out FileStatus status)
    {
        fixed (byte* bytes = _bytes) return SysStat.lstat(bytes, out status);
    }

    /// <summary>As the calls of these names: 0, or -1 with <see cref="Errno.Last"/>.</summary>
    public int Unlink()
    {
        fixed (byte* bytes = _bytes) return Unistd.unlink(bytes);
    }

    /// <inheritdoc cref="Unlink"/>
    public int Rename(ref OldFileName to)
    {
        fixed (byte* from = _bytes)
        fixed (byte* name = to._bytes) return Unistd.rename(from, name);
    }

    public override string ToString()
    {
        fixed (byte* bytes = _bytes)
            return Encoding.UTF8
                .GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(bytes));
    }
}
