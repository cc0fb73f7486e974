using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// Recreates a home that was removed or moved while its guardian was running: folders, lock and socket. The lock comes
/// first, as in an <see cref="Election"/>, so that no other guardian can start there meanwhile. A home that another
/// guardian has already created is left alone.
/// </summary>
internal static class LostHome
{
    /// <summary>Whether the lock file at its path is the one that this guardian has locked.</summary>
    public static bool HasLock(TspmHome home, int guardianLock) =>
        SysStat.stat(home.LockFile, out var named) == 0 && SysStat.fstat(guardianLock, out var held) == 0
            && named.IsSameFile(held);

    /// <summary>Whether lock and socket are at their paths.</summary>
    public static bool IsThere(TspmHome home, int guardianLock) =>
        HasLock(home, guardianLock) && SysStat.lstat(home.SocketPath, out var socket) == 0 && socket.IsSocket;

    /// <summary>Recreates the missing parts of the home.</summary>
    /// <param name="home">The home.</param>
    /// <param name="guardianLock">The lock; replaced if the lock file was missing.</param>
    /// <param name="listener">The listening socket; replaced if its file was missing.</param>
    /// <param name="isOurs">Whether a run is a child of this guardian.</param>
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
            // The home is still being removed; the daemon will ask again.
            problem = Platform.FileSystem.Describe(e);
            return HomeOutcome.Failed;
        }
    }

    static bool TakeLock(TspmHome home, ref Descriptor guardianLock, Predicate<ulong> isOurs, out string problem)
    {
        problem = $"another guardian has created a home at {home.Path}";
        using var another = Election.TryLock(home);
        if (!another.IsOpen) return false;
        if (FindForeignChild(home, isOurs) is { } foreign)
        {
            problem = $"processes of another daemon run from {home.Path} (pid {foreign})";
            return false;
        }
        // The old lock is deliberately leaked and stays held for the life of this guardian: a home that was moved still
        // contains the records of our children, and must not get a second daemon.
        _ = guardianLock.HandOver();
        guardianLock = another.Move();
        return true;
    }

    /// <summary>Finds a living child that the home has on record and that belongs to another guardian.</summary>
    /// <returns>Its pid; null if there is none.</returns>
    static int? FindForeignChild(TspmHome home, Predicate<ulong> isOurs)
    {
        foreach (var record in new RunRecordStore(home).LoadAll().Values)
            if (record.Current is { Pid: > 0 } child && !isOurs(child.RunId)
                && ProcFiles.TryReadStat(child.Pid, out var stat) && stat.IsLiving
                    && stat.StartTicks == child.StartTicks)
                return child.Pid;
        return null;
    }
}
