using Microsoft.Win32.SafeHandles;
using Tspm.Libc;

namespace Tspm.Platform;

/// <summary>Why a file could not be read; callers decide by this.</summary>
internal enum FileProblemKind
{
    Missing,
    NotPermitted,

    /// <summary>A folder, FIFO, device or socket, or a dangling link.</summary>
    NotRegular,
    TooLarge,

    /// <summary>Another reason of the system, which is in the words.</summary>
    Unreadable,
}

/// <summary>Why a file could not be read.</summary>
/// <param name="Kind">The reason, for decisions.</param>
/// <param name="Words">Completes a sentence that begins with the path: "is a FIFO, not a regular file".</param>
/// <param name="IsStream">True for a FIFO, device or socket, whose content could be copied into a file.</param>
internal sealed record FileProblem(FileProblemKind Kind, string Words, bool IsStream = false);

/// <summary>
/// Reads files that people or other programs have put in place. Such a name may lead to anything: opening a FIFO waits
/// for a writer, /dev/zero never ends, and opening a device may have side effects. Therefore only regular files are
/// opened, without waiting, and at most a given number of bytes is read. A file system that does not answer (a network
/// mount) can still block, because Linux has no non-blocking read for regular files.
/// </summary>
internal static unsafe class RegularFile
{
    const int Flags = Fcntl.O_RDONLY | Fcntl.O_NOCTTY | Fcntl.O_NONBLOCK;

    /// <summary>Initial buffer size for files with a size of 0, which files under /proc report.</summary>
    const int FirstBytes = 4 << 10;

    /// <summary>Reads the whole file; null if that failed, and <paramref name="problem"/> says why.</summary>
    public static byte[]? Read(string path, int maxBytes, out FileProblem? problem)
    {
        using var file = Open(path, out problem);
        if (file is null) return null;
        try
        {
            var size = RandomAccess.GetLength(file);
            var bytes = size > maxBytes ? null : ReadAll(file, (int)size, maxBytes);
            if (bytes is null)
                problem = new FileProblem(FileProblemKind.TooLarge,
                    $"is larger than {Tspm.Text.ByteSize.Format(maxBytes)}");
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = new FileProblem(FileProblemKind.Unreadable, $"cannot be read: {FileSystem.Describe(e)}");
            return null;
        }
    }

    /// <summary>
    /// Opens the file, which the caller disposes of; null if that failed, and <paramref name="problem"/> says why.
    /// </summary>
    public static SafeFileHandle? Open(string path, out FileProblem? problem)
    {
        // Checked before opening, because opening a device may have side effects, and again afterwards, because another
        // file may have the name by then.
        if (SysStat.stat(path, out var named) != 0)
        {
            problem = Failed(path, Errno.Last);
            return null;
        }
        if ((problem = KindProblem(named)) is not null) return null;
        using var descriptor = Linux.Descriptors.Open(path, Flags);
        if (!descriptor.IsOpen)
        {
            problem = Failed(path, Errno.Last);
            return null;
        }
        problem = SysStat.fstat(descriptor.Number, out var status) != 0
            ? Failed(path, Errno.Last)
            : KindProblem(status);
        return problem is null ? descriptor.ToFileHandle() : null;
    }

    /// <summary>
    /// Like <see cref="Open(string, out FileProblem?)"/>, but throws <see cref="FileNotFoundException"/>, <see
    /// cref="UnauthorizedAccessException"/> or <see cref="IOException"/>.
    /// </summary>
    public static SafeFileHandle Open(string path)
    {
        if (Open(path, out var problem) is { } file) return file;
        throw problem!.Kind switch
        {
            FileProblemKind.Missing => new FileNotFoundException($"{path} {problem.Words}"),
            FileProblemKind.NotPermitted => new UnauthorizedAccessException($"{path} {problem.Words}"),
            _ => new IOException($"{path} {problem.Words}"),
        };
    }

    /// <summary>
    /// Describes what is at the path; null if there is nothing, a regular file, or a link to one.
    /// </summary>
    public static FileProblem? Obstacle(string path)
    {
        if (SysStat.stat(path, out var status) == 0) return KindProblem(status);
        var failed = Failed(path, Errno.Last);
        return failed.Kind == FileProblemKind.NotRegular ? failed : null;
    }

    /// <returns>Null if the file has more than <paramref name="maxBytes"/> bytes.</returns>
    static byte[]? ReadAll(SafeFileHandle file, int size, int maxBytes)
    {
        // One byte more than expected, so that a short read shows the end of the file.
        var bytes = new byte[size == 0 ? Math.Min(FirstBytes, maxBytes + 1) : size + 1];
        for (var length = 0; ;)
        {
            var count = RandomAccess.Read(file, bytes.AsSpan(length), length);
            length += count;
            if (length > maxBytes) return null;
            if (count == 0) return bytes.AsSpan(0, length).ToArray();
            if (length == bytes.Length) Array.Resize(ref bytes, (int)Math.Min((long)bytes.Length * 2, maxBytes + 1L));
        }
    }

    static FileProblem? KindProblem(in FileStatus status)
    {
        if (status.IsRegularFile) return null;
        if (status.IsDirectory) return new FileProblem(FileProblemKind.NotRegular, "is a directory, not a file");
        var kind = status.IsFifo ? "FIFO" : status.IsSocket ? "socket" : "device";
        return new FileProblem(FileProblemKind.NotRegular, $"is a {kind}, not a regular file", IsStream: true);
    }

    static FileProblem Failed(string path, int errno) => errno switch
    {
        Errno.ENOENT when IsLink(path) =>
            new FileProblem(FileProblemKind.NotRegular, "is a link that leads to nothing"),
        Errno.ENOENT or Errno.ENOTDIR => new FileProblem(FileProblemKind.Missing, "does not exist"),
        Errno.ELOOP => new FileProblem(FileProblemKind.NotRegular, "is a link that leads back to itself"),
        Errno.EACCES or Errno.EPERM =>
            new FileProblem(FileProblemKind.NotPermitted, "cannot be read: permission denied"),
        _ => new FileProblem(FileProblemKind.Unreadable, $"cannot be read: {Errno.Describe(errno)}"),
    };

    static bool IsLink(string path) => SysStat.lstat(path, out var named) == 0 && named.IsLink;
}
