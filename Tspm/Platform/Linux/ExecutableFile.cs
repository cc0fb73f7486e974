using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>What an open file is, to somebody who wants to execute it.</summary>
internal enum ExecutableKind
{
    /// <summary>A program for this kind of system (man 5 elf); whether for this processor only a try tells.</summary>
    Elf,
    Folder,

    /// <summary>A FIFO, a socket or a device.</summary>
    NotRegular,

    /// <summary>A script, or no program at all.</summary>
    NotElf,

    /// <summary>This user may not execute it (man 2 access), for the reason given.</summary>
    NotExecutable,

    /// <summary>It cannot be looked at, for the reason given.</summary>
    Unknown,
}

/// <summary>
/// An executable that is looked at and executed by its descriptor: so both are the same file, whatever happens to its
/// name.
/// </summary>
internal static unsafe class ExecutableFile
{
    static ReadOnlySpan<byte> ElfMagic => "\u007fELF"u8;

    /// <summary>To read, without waiting for a FIFO's writer. Not open: <see cref="Descriptors.LastProblem"/> says
    /// why.</summary>
    public static Descriptor Open(string path) => Descriptors.Open(path, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK);

    /// <param name="descriptor">The open file.</param>
    /// <param name="path">Its name, by which the rights to it are asked.</param>
    /// <param name="reason">The system's, where there is one.</param>
    public static ExecutableKind KindOf(int descriptor, string path, out string? reason)
    {
        reason = null;
        if (SysStat.fstat(descriptor, out var status) != 0)
        {
            reason = Descriptors.LastProblem;
            return ExecutableKind.Unknown;
        }
        if (status.IsDirectory) return ExecutableKind.Folder;
        if (!status.IsRegularFile) return ExecutableKind.NotRegular;
        if (Unistd.access(path, Unistd.X_OK) != 0)
        {
            reason = Descriptors.LastProblem;
            return ExecutableKind.NotExecutable;
        }
        var head = stackalloc byte[4];
        return Unistd.pread(descriptor, head, 4, 0) == 4 && new ReadOnlySpan<byte>(head, 4).SequenceEqual(ElfMagic)
            ? ExecutableKind.Elf
            : ExecutableKind.NotElf;
    }
}
