using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Files;

/// <summary>Renames a log to number 1 and puts a new, empty file in its place.</summary>
internal static class LogRotation
{
    const int Mode = 0x180; // 0600
    const uint ModeBits = 0xfff;

    /// <summary>
    /// Rotates a log. The new file is created first, under a temporary name, so that a lack of space, permissions or
    /// descriptors is known before anything is renamed.
    /// </summary>
    /// <param name="folder">The folder of the log.</param>
    /// <param name="log">Path of the log.</param>
    /// <param name="open">Descriptor of the log, whose owner and mode the new file gets.</param>
    /// <param name="fresh">The new file; not open on failure.</param>
    /// <param name="made">Status of the new file.</param>
    /// <returns>0, or an error number; then the log is still at its path.</returns>
    public static int Rotate(
        SafeLogPath folder, string log, int open, out Descriptor fresh, out FileStatus made)
    {
        fresh = default;
        made = default;
        var path = folder.At(log);
        var temporary = RotatedLogs.Fresh(path);
        // An existing file was left by a daemon that died, or is a trap.
        if (Unistd.unlink(temporary) != 0 && Errno.Last != Errno.ENOENT) return Errno.Last;
        using var created = Descriptors.Open(temporary, Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL, Mode);
        if (!created.IsOpen) return Errno.Last;
        var errno = Replace(path, temporary, open, created.Number, out made);
        if (errno == 0) fresh = created.Move();
        else folder.Remove(temporary, isFolder: false);
        return errno;
    }

    static int Replace(string path, string temporary, int open, int created, out FileStatus made)
    {
        made = default;
        if (SysStat.fstat(open, out var old) != 0 || SysStat.fstat(created, out made) != 0) return Errno.Last;
        KeepOwnerAndMode(created, old);
        if (RotatedLogs.MoveUp(path) is { } errno) return errno;
        if (Unistd.rename(path, RotatedLogs.Plain(path, 1)) != 0) return Errno.Last;
        return Unistd.rename(temporary, path) == 0 ? 0 : Errno.Last;
    }

    static void KeepOwnerAndMode(int descriptor, in FileStatus old)
    {
        // Without the right to change the owner, the file stays with this user, who nearly always owns the old one too.
        if (old.Uid != Unistd.geteuid() || old.Gid != Unistd.getegid())
            _ = SysStat.fchown(descriptor, old.Uid, old.Gid);
        if ((old.Mode & ModeBits) != Mode) _ = SysStat.fchmod(descriptor, old.Mode & ModeBits);
    }
}
