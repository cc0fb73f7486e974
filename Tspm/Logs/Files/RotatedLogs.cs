using System.Buffers.Binary;
using Tspm.Libc;
using Tspm.Logs.Index;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Files;

/// <summary>
/// The rotated files of a log: <c>PATH.N</c> or, compressed, <c>PATH.N.gz</c>; number 1 is the newest. If a number has
/// both files, a daemon died between completing the compressed one and removing the plain one; then the compressed one
/// counts, and the next operation that renames it removes the plain one. All operations work on names alone and survive
/// a death at any instant: numbers are incremented from the oldest on, each to a free number. Names are changed on the
/// pump's thread only, except when all files are removed.
/// </summary>
internal static class RotatedLogs
{
    public const string Compressed = ".gz";

    public static string Plain(string path, int number) => $"{path}.{number}";

    /// <summary>The path of the file with this number; null if there is none.</summary>
    public static string? Find(string path, int number)
    {
        var name = new RotatedLogPathBuffer(path);
        return name.Select(number) == RotatedLogKind.None ? null : name.ToString();
    }

    /// <summary>Number of rotated files, up to the first missing number.</summary>
    public static int Count(string path)
    {
        var name = new RotatedLogPathBuffer(path);
        var count = 0;
        while (name.Select(count + 1) != RotatedLogKind.None) count++;
        return count;
    }

    /// <summary>Increments all numbers, which frees number 1.</summary>
    /// <returns>Null on success, else an error number; nothing is lost then.</returns>
    public static int? MoveUp(string path)
    {
        var (from, to) = (new RotatedLogPathBuffer(path), new RotatedLogPathBuffer(path));
        for (var number = Count(path); number >= 1; number--)
        {
            to.Set(number + 1, from.SelectAndTidy(number));
            if (from.Rename(ref to) != 0) return Errno.Last;
        }
        return null;
    }

    /// <summary>
    /// The highest number of a file above <paramref name="above"/>, or <paramref name="above"/> itself if there is
    /// none. One number in between may be free, if a daemon died while numbers were incremented.
    /// </summary>
    static int Highest(ref RotatedLogPathBuffer name, int above)
    {
        var highest = above;
        for (var number = above + 1; number <= highest + 2; number++)
            if (name.Select(number) != RotatedLogKind.None) highest = number;
        return highest;
    }

    /// <summary>
    /// Removes the files with a number above the given one. The highest goes first, so that a daemon that dies in
    /// between leaves no gap in the numbers.
    /// </summary>
    public static void RemoveAbove(string path, int keep)
    {
        var name = new RotatedLogPathBuffer(path);
        for (var number = Highest(ref name, keep); number > keep; number--)
            if (name.SelectAndTidy(number) != RotatedLogKind.None && name.Unlink() != 0) return;
    }

    /// <summary>Paths of all rotated files, oldest first, up to the first missing number.</summary>
    public static List<string> OldestFirst(string path)
    {
        var files = new List<string>();
        for (var number = 1; Find(path, number) is { } file; number++) files.Add(file);
        files.Reverse();
        return files;
    }

    /// <summary>
    /// Number of bytes of the stream that the file contains. For a compressed file, it is in the trailer (RFC 1952: the
    /// size modulo 2^32; larger files are never compressed).
    /// </summary>
    /// <returns>0 also if the file cannot be read.</returns>
    public static unsafe long BytesOf(string file)
    {
        if (SysStat.stat(file, out var status) != 0) return 0;
        if (!file.EndsWith(Compressed, StringComparison.Ordinal)) return status.Size;
        using var descriptor = Descriptors.Open(file, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK);
        if (!descriptor.IsOpen) return 0;
        var bytes = stackalloc byte[sizeof(uint)];
        var got = Unistd.pread(descriptor.Number, bytes, sizeof(uint), status.Size - sizeof(uint));
        return got == sizeof(uint)
            ? BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(bytes, sizeof(uint)))
            : 0;
    }

    /// <summary>
    /// The temporary path of the new file during a rotation. An existing file was left by a daemon that died.
    /// </summary>
    public static string Fresh(string path) => path + ".new";

    /// <summary>
    /// All files that belong to a log, except the log itself: the rotated files, oldest first, and the index.
    /// </summary>
    public static IEnumerable<string> Companions(string path)
    {
        var files = new List<string>();
        var name = new RotatedLogPathBuffer(path);
        for (var number = Highest(ref name, 0); number > 0; number--)
            if (name.Select(number) != RotatedLogKind.None) files.Add(name.ToString());
        files.Add(path + LogIndex.Suffix);
        return files;
    }

    /// <summary>
    /// Removes a log with all files that belong to it. The log itself goes last, so that a daemon that dies in between
    /// leaves nothing that cannot be found again. Devices, FIFOs and sockets are kept, and so is <c>/dev/stdout</c>.
    /// </summary>
    /// <returns>Null on success, else the reason why a file could not be removed.</returns>
    public static string? RemoveAll(string path)
    {
        using var folder = SafeLogPath.ToFolderOf(path, out var problem);
        if (folder is null or { IsOfKernel: true }) return problem;
        path = folder.At(path);
        var name = new RotatedLogPathBuffer(path);
        for (var number = Highest(ref name, 0); number > 0; number--)
            if (name.SelectAndTidy(number) != RotatedLogKind.None && name.Unlink() != 0 && Errno.Last != Errno.ENOENT)
                problem ??= Errno.Describe(Errno.Last);
        foreach (var file in (string[])[Fresh(path), path + LogIndex.Suffix, path])
            if (!IsSpecial(file) && Unistd.unlink(file) != 0 && Errno.Last != Errno.ENOENT)
                problem ??= Errno.Describe(Errno.Last);
        return problem;
    }

    /// <summary>Whether this is, or links to, anything but a regular file.</summary>
    static bool IsSpecial(string file) => SysStat.stat(file, out var status) == 0 && !status.IsRegularFile;
}
