using System.Buffers.Binary;
using Tspm.Libc;
using Tspm.Logs.Index;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Files;

/// <summary>
/// The old files of a log: <c>PATH.1</c> is the newest, and <c>PATH.N</c> or, compressed, <c>PATH.N.gz</c>. Of each
/// number at most one counts. When both are there, a daemon died between making the compressed one whole and removing
/// the plain one, and the plain one is removed by the next that moves it. Everything here is on names alone and
/// survives a death at any instant: numbers are moved up from the oldest on, each to a place that is free. Whoever
/// changes names does so on the pump's thread, unless all of them go.
/// </summary>
internal static class RotatedLogs
{
    public const string Compressed = ".gz";

    public static string Plain(string path, int number) => $"{path}.{number}";

    /// <summary>The file with this number; null: there is none.</summary>
    public static string? Find(string path, int number)
    {
        var name = new OldFileName(path);
        return name.Look(number) == OldFile.None ? null : name.ToString();
    }

    /// <summary>How many there are, up to the first number that is missing.</summary>
    public static int Count(string path)
    {
        var name = new OldFileName(path);
        var count = 0;
        while (name.Look(count + 1) != OldFile.None) count++;
        return count;
    }

    /// <summary>Frees number 1. Null, or the error number of what did not work; nothing is lost then.</summary>
    public static int? MoveUp(string path)
    {
        var (from, to) = (new OldFileName(path), new OldFileName(path));
        for (var number = Count(path); number >= 1; number--)
        {
            to.Set(number + 1, from.LookAndTidy(number));
            if (from.Rename(ref to) != 0) return Errno.Last;
        }
        return null;
    }

    /// <summary>
    /// The highest number above another that a file has; that other one if none has. One number may be free in between:
    /// a daemon died while files were moved up.
    /// </summary>
    static int Highest(ref OldFileName name, int above)
    {
        var highest = above;
        for (var number = above + 1; number <= highest + 2; number++)
            if (name.Look(number) != OldFile.None) highest = number;
        return highest;
    }

    /// <summary>
    /// Removes the files with a number above the given one, the highest first: a daemon that dies leaves none that has
    /// no neighbour to be found by.
    /// </summary>
    public static void RemoveAbove(string path, int keep)
    {
        var name = new OldFileName(path);
        for (var number = Highest(ref name, keep); number > keep; number--)
            if (name.LookAndTidy(number) != OldFile.None && name.Unlink() != 0) return;
    }

    /// <summary>All of them, oldest first, up to the first number that is missing.</summary>
    public static List<string> OldestFirst(string path)
    {
        var files = new List<string>();
        for (var number = 1; Find(path, number) is { } file; number++) files.Add(file);
        files.Reverse();
        return files;
    }

    /// <summary>
    /// How many bytes of the stream the file holds. Of a compressed one its end tells (RFC 1952: the size modulo 2^32;
    /// larger ones are never compressed).
    /// </summary>
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
    /// The file that a rotation begins, before it gets the name of the log; one that is there was left by a daemon that
    /// died.
    /// </summary>
    public static string Fresh(string path) => path + ".new";

    /// <summary>
    /// Every file that belongs to a log beside the log itself: old ones, oldest first, and the index.
    /// </summary>
    public static IEnumerable<string> Companions(string path)
    {
        var files = new List<string>();
        var name = new OldFileName(path);
        for (var number = Highest(ref name, 0); number > 0; number--)
            if (name.Look(number) != OldFile.None) files.Add(name.ToString());
        files.Add(path + LogIndex.Suffix);
        return files;
    }

    /// <summary>
    /// Removes a log with all that belongs to it, itself last: a daemon that dies leaves nothing that is not found
    /// again. A device, a FIFO or a socket is no log's and stays, and so does <c>/dev/stdout</c>. Null, or why
    /// something could not be removed.
    /// </summary>
    public static string? RemoveAll(string path)
    {
        using var folder = LogWay.ToFolderOf(path, out var problem);
        if (folder is null or { IsOfKernel: true }) return problem;
        path = folder.At(path);
        var name = new OldFileName(path);
        for (var number = Highest(ref name, 0); number > 0; number--)
            if (name.LookAndTidy(number) != OldFile.None && name.Unlink() != 0 && Errno.Last != Errno.ENOENT)
                problem ??= Errno.Describe(Errno.Last);
        foreach (var file in (string[])[Fresh(path), path + LogIndex.Suffix, path])
            if (!IsSpecial(file) && Unistd.unlink(file) != 0 && Errno.Last != Errno.ENOENT)
                problem ??= Errno.Describe(Errno.Last);
        return problem;
    }

    /// <summary>No regular file, or a link to something else than one.</summary>
    static bool IsSpecial(string file) => SysStat.stat(file, out var status) == 0 && !status.IsRegularFile;
}
