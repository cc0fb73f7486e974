using Tspm.Model;
using Tspm.Platform;
using Tspm.Platform.Linux.Native;

namespace Tspm.Logs;

/// <summary>Makes FIFOs and opens both ends of a stream, on the caller's thread, where a failure can still be an answer.</summary>
internal static class FifoOpening
{
    const int FifoMode = 0x180; // 0600
    const uint NoOwner = uint.MaxValue;

    /// <summary>A FIFO that belongs to the user that the child runs as; null: this one.</summary>
    public static SpawnFailure? Make(string path, string? owner)
    {
        if (SysStat.mkfifo(path, FifoMode) != 0) return Failure("make output", $"cannot make {path}", Errno.Last);
        if (owner is null || Files.UserIdOf(owner) is not { } uid) return null;
        if (SysStat.chown(path, uid, NoOwner) == 0) return null;
        var failure = Failure("make output", $"cannot give {path} to user {owner}", Errno.Last);
        Remove(path);
        return failure;
    }

    /// <summary>The FIFO's read end and the log file; null: neither is left open.</summary>
    public static (int Fifo, int File)? Open(string fifo, string file, out SpawnFailure? failure)
    {
        failure = null;
        const int reading = Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC;
        var descriptor = Fcntl.open(fifo, reading);
        if (descriptor < 0 && Errno.Last == Errno.ENOENT && LostFifos.Find(fifo) is { } lost) descriptor = Fcntl.open(lost, reading);
        if (descriptor < 0)
        {
            failure = Failure("open output", $"cannot open {fifo}", Errno.Last);
            return null;
        }
        var target = LogFile.Open(file);
        if (target >= 0) return (descriptor, target);
        _ = Unistd.close(descriptor);
        failure = Failure("open log file", $"cannot open the log file {file}", -target);
        return null;
    }

    /// <summary>A FIFO without holders is of no use; one that is gone already is as good.</summary>
    public static void Remove(string fifo) => _ = Unistd.unlink(fifo);

    static SpawnFailure Failure(string stage, string what, int errno) => new(stage, errno, $"{what}: {Errno.Describe(errno)}");
}
