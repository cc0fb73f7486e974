using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Logs.Writing;

/// <summary>
/// Creates FIFOs and opens both ends of a stream. This happens on the caller's thread, so that a failure can be
/// returned.
/// </summary>
internal static class FifoOpening
{
    const int FifoMode = 0x180; // 0600
    const uint NoOwner = uint.MaxValue;

    /// <summary>Creates a FIFO.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="owner">The user that the child runs as, who gets the FIFO; null: the daemon's user.</param>
    /// <returns>Null on success.</returns>
    public static SpawnFailure? Make(string path, string? owner)
    {
        if (SysStat.mkfifo(path, FifoMode) != 0) return Failure("make output", $"cannot create {path}", Errno.Last);
        if (owner is null || FileSystem.UserIdOf(owner) is not { } uid) return null;
        if (SysStat.chown(path, uid, NoOwner) == 0) return null;
        var failure = NotGiven(path, owner, Errno.Last);
        Remove(path);
        return failure;
    }

    /// <summary>Why the child's user cannot get a FIFO. Only root may give it away, and only root may become the user.
    /// </summary>
    public static SpawnFailure NotGiven(string path, string owner, int errno) => errno == Errno.EPERM
        ? new SpawnFailure(TargetUser.UserStage, errno,
            $"cannot run it as user '{owner}': only a daemon that runs as root may change the user (the system-wide "
            + "daemon does: tspm --system)")
        : Failure("make output", $"cannot give {path} to user {owner}", errno);

    /// <summary>Both ends of a stream.</summary>
    /// <param name="Fifo">Read end of the FIFO.</param>
    /// <param name="File">The log file.</param>
    /// <param name="Made">Paths that were created, see <see
    /// cref="LogFileOpening.Open(string, string, List{string}, out int, out string)"/>.</param>
    public sealed record Ends(Descriptor Fifo, Descriptor File, IReadOnlyList<string> Made) : IDisposable
    {
        public void Dispose()
        {
            Fifo.Dispose();
            File.Dispose();
        }
    }

    /// <summary>Opens the FIFO and the log file.</summary>
    /// <returns>Null on failure; then nothing stays open, and nothing that was created remains.</returns>
    public static Ends? Open(string fifo, string file, string? folderRoot, out SpawnFailure? failure)
    {
        failure = null;
        const int reading = Fcntl.O_RDONLY | Fcntl.O_NONBLOCK;
        var descriptor = Descriptors.Open(fifo, reading);
        if (!descriptor.IsOpen && Errno.Last == Errno.ENOENT && LostFifos.Find(fifo) is { } lost)
            descriptor = Descriptors.Open(lost, reading);
        if (!descriptor.IsOpen)
        {
            failure = Failure("open output", $"cannot open {fifo}", Errno.Last);
            return null;
        }
        List<string> made = [];
        var target = LogFileOpening.Open(file, folderRoot, made, out var errno, out var refusal);
        if (target.IsOpen) return new Ends(descriptor, target, made);
        descriptor.Dispose();
        failure = NoLog(file, errno, refusal, made);
        return null;
    }

    /// <summary>Checks whether a log file can be opened, and creates it with its folder.</summary>
    /// <returns>Null if it can, else the reason why not.</returns>
    public static SpawnFailure? Check(string file, string? folderRoot)
    {
        List<string> made = [];
        using var target = LogFileOpening.Open(file, folderRoot, made, out var errno, out var refusal);
        return target.IsOpen ? null : NoLog(file, errno, refusal, made);
    }

    static SpawnFailure NoLog(string file, int errno, string? refusal, List<string> made)
    {
        LogFolders.Remove(made);
        var what = $"cannot open the log file {file}";
        return refusal is null ? Failure(SpawnFailure.LogStage, what, errno)
            : new SpawnFailure(SpawnFailure.LogStage, errno, $"{what}: {refusal}");
    }

    /// <summary>Removes a FIFO that nobody needs any more; it may already be gone.</summary>
    public static void Remove(string fifo) => _ = Unistd.unlink(fifo);

    static SpawnFailure Failure(string stage, string what, int errno) =>
        new(stage, errno, $"{what}: {Errno.Describe(errno)}");
}
