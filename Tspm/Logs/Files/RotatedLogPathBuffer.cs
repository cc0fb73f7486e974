using System.Buffers.Text;
using System.Text;
using Tspm.Libc;

namespace Tspm.Logs.Files;

/// <summary>Which kind of file a log has under a number.</summary>
internal enum RotatedLogKind
{
    None,
    Plain,
    Compressed,
}

/// <summary>
/// The path of a rotated file as a C string in a buffer on the stack. A rotation needs the path of every rotated file
/// several times: on the heap, with a thousand files, that would be half a megabyte of garbage for each rotation.
/// </summary>
internal unsafe struct RotatedLogPathBuffer
{
    /// <summary>PATH_MAX in linux/limits.h: a log with a longer path could not have been opened.</summary>
    const int LongestPath = 4096;

    fixed byte _bytes[LongestPath + 16];

    readonly int _stem;

    public RotatedLogPathBuffer(string path)
    {
        fixed (byte* bytes = _bytes) _stem = Encoding.UTF8.GetBytes(path, new Span<byte>(bytes, LongestPath));
        _bytes[_stem] = (byte)'.';
    }

    /// <summary>
    /// Sets the path to the existing file with this number. Can be used on any thread, even during a rotation.
    /// </summary>
    public RotatedLogKind Select(int number)
    {
        if (Is(number, RotatedLogKind.Compressed)) return RotatedLogKind.Compressed;
        if (Is(number, RotatedLogKind.Plain)) return RotatedLogKind.Plain;
        // The compressed file may have replaced the plain one between the two checks.
        return Is(number, RotatedLogKind.Compressed) ? RotatedLogKind.Compressed : RotatedLogKind.None;
    }

    /// <summary>
    /// The same, but if the number has both files, because a daemon died between completing the compressed one and
    /// removing the plain one, the plain one is removed. Only for the pump's thread, or if all files are removed
    /// anyway: elsewhere, two files may appear to have the same number during a rotation, and one would be lost.
    /// </summary>
    public RotatedLogKind SelectAndTidy(int number)
    {
        var file = Select(number);
        if (file != RotatedLogKind.Compressed) return file;
        Set(number, RotatedLogKind.Plain);
        _ = Unlink();
        Set(number, RotatedLogKind.Compressed);
        return RotatedLogKind.Compressed;
    }

    /// <summary>Sets the path to a number and a kind, whether or not there is such a file.</summary>
    public void Set(int number, RotatedLogKind kind)
    {
        fixed (byte* bytes = _bytes)
        {
            var rest = new Span<byte>(bytes + _stem + 1, 15);
            _ = Utf8Formatter.TryFormat(number, rest, out var digits);
            rest = rest[digits..];
            if (kind == RotatedLogKind.Compressed)
            {
                ".gz"u8.CopyTo(rest);
                rest = rest[3..];
            }
            rest[0] = 0;
        }
    }

    bool Is(int number, RotatedLogKind kind)
    {
        Set(number, kind);
        fixed (byte* bytes = _bytes) return Unistd.access(bytes, Unistd.F_OK) == 0;
    }

    /// <summary>Calls lstat(2).</summary>
    /// <returns>0, or -1 with <see cref="Errno.Last"/>.</returns>
    public int Status(out FileStatus status)
    {
        fixed (byte* bytes = _bytes) return SysStat.lstat(bytes, out status);
    }

    /// <summary>Calls unlink(2).</summary>
    /// <returns>0, or -1 with <see cref="Errno.Last"/>.</returns>
    public int Unlink()
    {
        fixed (byte* bytes = _bytes) return Unistd.unlink(bytes);
    }

    /// <summary>Calls rename(2).</summary>
    /// <returns>0, or -1 with <see cref="Errno.Last"/>.</returns>
    public int Rename(ref RotatedLogPathBuffer to)
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
