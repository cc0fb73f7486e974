using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>Whether an open file can be executed, and if not, why.</summary>
internal enum ExecutableKind
{
    /// <summary>An ELF program (man 5 elf); only executing it shows whether it is for this processor.</summary>
    Elf,
    Folder,

    /// <summary>A FIFO, a socket or a device.</summary>
    NotRegular,

    /// <summary>A script, or not a program at all.</summary>
    NotElf,

    /// <summary>This user may not execute the file (man 2 access), for the given reason.</summary>
    NotExecutable,

    /// <summary>The file cannot be examined, for the given reason.</summary>
    Unknown,
}

/// <summary>
/// An executable that is examined and executed through the same descriptor, so that both concern the same file, even
/// if another one gets its name meanwhile.
/// </summary>
internal static unsafe class ExecutableFile
{
    static ReadOnlySpan<byte> ElfMagic => "\u007fELF"u8;

    /// <summary>
    /// Opens the file for reading, without waiting for the writer of a FIFO. If the result is not open,
    /// <see cref="Descriptors.LastProblem"/> says why.
    /// </summary>
    public static Descriptor Open(string path) => Descriptors.Open(path, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK);

    /// <param name="descriptor">The open file.</param>
    /// <param name="path">The path of the file, by which the access rights are checked.</param>
    /// <param name="reason">The system's reason, if there is one.</param>
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
