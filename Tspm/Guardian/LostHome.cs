using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// Makes a home again that was removed or moved under a living guardian: folders, lock, socket. The lock comes first,
/// as in an <see cref="Election"/>, so that no other guardian can begin there meanwhile; what another one has begun is
/// left alone.
/// </summary>
internal static class LostHome
{
    public static bool HasLock(TspmHome home, int guardianLock) =>
        SysStat.stat(home.LockFile, out var named) == 0 && SysStat.fstat(guardianLock, out var held) == 0
            && named.IsSameFile(held);

    /// <summary>Lock and socket are at their paths.</summary>
    public static bool IsThere(TspmHome home, int guardianLock) =>
        HasLock(home, guardianLock) && SysStat.lstat(home.SocketPath, out var socket) == 0 && socket.IsSocket;

    /// <param name="home">Where.</param>
    /// <param name="guardianLock">The lock; replaced when it had to be taken anew.</param>
    /// <param name="listener">The socket; replaced when it had to be made anew.</param>
    /// <param name="isOurs">Is this run a child of ours?</param>
    /// <param name="problem">Why it is <see cref="HomeOutcome.Taken"/> or <see cref="HomeOutcome.Failed"/>.</param>
    public static HomeOutcome Make(TspmHome home, ref Descriptor guardianLock, ref Descriptor listener,
        Predicate<ulong> isOurs, out string problem)
    {
        problem = "";
        try
        {
            HomeFolders.Prepare(home);
            if (IsThere(home, guardianLock.Number)) return HomeOutcome.Kept;
            var hadLock = HasLock(home, guardianLock.Number);
            if (!hadLock && !TakeLock(home, ref guardianLock, isOurs, out problem)) return HomeOutcome.Taken;
            var socket = Election.Listen(home.SocketPath);
            listener.Dispose();
            listener = socket;
            return hadLock ? HomeOutcome.SocketMade : HomeOutcome.Made;
        }
        catch (HomeException cannot)
        {
            problem = cannot.Message;
            return HomeOutcome.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody is still removing it: the daemon asks again.
            problem = Platform.FileSystem.Describe(e);
            return HomeOutcome.Failed;
        }
    }

    static bool TakeLock(TspmHome home, ref Descriptor guardianLock, Predicate<ulong> isOurs, out string problem)
    {
        problem = "another guardian has made a home there";
        using var another = Election.TryLock(home);
        if (!another.IsOpen) return false;
        if (Stranger(home, isOurs) is { } stranger)
        {
            problem = $"programs of another daemon run from there (pid {stranger})";
            return false;
        }
        // The former lock stays held for as long as this guardian lives: a home that was moved still tells of its
        // children, and must not get a second daemon.
        _ = guardianLock.HandOver();
        guardianLock = another.Move();
        return true;
    }

    /// <summary>A living child of somebody else, of which the home tells; null: none.</summary>
    static int? Stranger(TspmHome home, Predicate<ulong> isOurs)
    {
        foreach (var record in new RunRecordStore(home).LoadAll().Values)
            if (record.Current is { Pid: > 0 } child && !isOurs(child.RunId)
                && ProcFiles.TryReadStat(child.Pid, out var stat) && stat.IsLiving
                    && stat.StartTicks == child.StartTicks)
                return child.Pid;
        return null;
    }
}
