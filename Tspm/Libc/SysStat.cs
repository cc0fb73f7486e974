using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>
/// sys/stat.h. <c>struct stat</c> differs between architectures, and glibc before 2.33 does not export <c>stat</c>. So
/// files are inspected with statx(2), which has one layout everywhere.
/// </summary>
internal static unsafe partial class SysStat
{
    public const uint S_IFMT = 0xF000, S_IFSOCK = 0xC000, S_IFLNK = 0xA000, S_IFREG = 0x8000, S_IFDIR = 0x4000,
        S_IFCHR = 0x2000, S_IFIFO = 0x1000;
    public const uint STATX_BASIC_STATS = 0x7ff, STATX_BTIME = 0x800;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mkdir(string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mkdirat(int directory, string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int chmod(string path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchmod(int fd, uint mode);

    /// <summary>man 2 chown (unistd.h). <see cref="uint.MaxValue"/> leaves the user or group unchanged.</summary>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int chown(string path, uint uid, uint gid);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchown(int fd, uint uid, uint gid);

    /// <summary>man 2 umask: returns the previous mask; never fails.</summary>
    [LibraryImport("libc")]
    public static partial uint umask(uint mask);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(int directory, string path, int flags, uint mask, StatxBuffer* result);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int statx(int directory, byte* path, int flags, uint mask, StatxBuffer* result);

    /// <summary>The status of the file that a path leads to; links are followed.</summary>
    /// <returns>0, or -1 with the error number set.</returns>
    public static int stat(string path, out FileStatus status)
    {
        StatxBuffer buffer;
        var result = statx(Fcntl.AT_FDCWD, path, 0, STATX_BASIC_STATS | STATX_BTIME, &buffer);
        status = result == 0 ? new FileStatus(in buffer) : default;
        return result;
    }

    /// <summary>The status of the file at a path; a link is not followed.</summary>
    /// <returns>0, or -1 with the error number set.</returns>
    public static int lstat(string path, out FileStatus status)
    {
        StatxBuffer buffer;
        var result = statx(Fcntl.AT_FDCWD, path, Fcntl.AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &buffer);
        status = result == 0 ? new FileStatus(in buffer) : default;
        return result;
    }

    /// <inheritdoc cref="lstat(string, out FileStatus)"/>
    public static int lstat(byte* path, out FileStatus status)
    {
        StatxBuffer buffer;
        var result = statx(Fcntl.AT_FDCWD, path, Fcntl.AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &buffer);
        status = result == 0 ? new FileStatus(in buffer) : default;
        return result;
    }

    /// <summary>The status of an open file.</summary>
    /// <returns>0, or -1 with the error number set.</returns>
    public static int fstat(int fd, out FileStatus status)
    {
        StatxBuffer buffer;
        byte empty = 0;
        var result = statx(fd, &empty, Fcntl.AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &buffer);
        status = result == 0 ? new FileStatus(in buffer) : default;
        return result;
    }
}

/// <summary><c>struct statx</c>, man 2 statx: 256 bytes, with only the fields that are used here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatxBuffer
{
    [FieldOffset(0)] public uint stx_mask;
    [FieldOffset(16)] public uint stx_nlink;
    [FieldOffset(20)] public uint stx_uid;
    [FieldOffset(24)] public uint stx_gid;
    [FieldOffset(28)] public ushort stx_mode;
    [FieldOffset(32)] public ulong stx_ino;
    [FieldOffset(40)] public ulong stx_size;
    [FieldOffset(80)] public long stx_btime_sec;
    [FieldOffset(88)] public uint stx_btime_nsec;
    [FieldOffset(112)] public long stx_mtime_sec;
    [FieldOffset(120)] public uint stx_mtime_nsec;
    [FieldOffset(136)] public uint stx_dev_major;
    [FieldOffset(140)] public uint stx_dev_minor;
}

/// <summary>
/// The result of <c>stat</c>, the same on every architecture. <c>Born</c> is null if the file system does not record
/// it.
/// </summary>
internal readonly record struct FileStatus(uint Mode, uint Uid, uint Gid, ulong Inode, ulong Device, long Size,
    long Links, DateTimeOffset Modified, DateTimeOffset? Born)
{
    /// <summary>Nanoseconds in a tick of <see cref="TimeSpan"/>.</summary>
    const long NanosecondsPerTick = 100;

    public FileStatus(in StatxBuffer raw)
        : this(raw.stx_mode, raw.stx_uid, raw.stx_gid, raw.stx_ino,
            ((ulong)raw.stx_dev_major << 32) | raw.stx_dev_minor, (long)raw.stx_size,
            raw.stx_nlink, Time(raw.stx_mtime_sec, raw.stx_mtime_nsec),
            // Not every file system records the time of birth.
            (raw.stx_mask & SysStat.STATX_BTIME) != 0 ? Time(raw.stx_btime_sec, raw.stx_btime_nsec) : null)
    {
    }

    public bool IsDirectory => (Mode & SysStat.S_IFMT) == SysStat.S_IFDIR;
    public bool IsRegularFile => (Mode & SysStat.S_IFMT) == SysStat.S_IFREG;
    public bool IsFifo => (Mode & SysStat.S_IFMT) == SysStat.S_IFIFO;
    public bool IsLink => (Mode & SysStat.S_IFMT) == SysStat.S_IFLNK;
    public bool IsSocket => (Mode & SysStat.S_IFMT) == SysStat.S_IFSOCK;

    static DateTimeOffset Time(long seconds, uint nanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks((seconds * TimeSpan.TicksPerSecond) + (nanoseconds / NanosecondsPerTick));

    /// <summary>True if both are the same file, regardless of its name.</summary>
    public bool IsSameFile(in FileStatus other) => Inode == other.Inode && Device == other.Device;
}
