using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Daemon;

/// <summary>
/// Held by the daemon that may start processes and write state, until it ends. A guardian that was killed releases its
/// own lock a moment before its daemon gets the death signal; in that moment the successor waits here.
/// </summary>
internal static class WriterLock
{
    public static void Take(TspmHome home)
    {
        using var descriptor = FileLock.Open(home.WriterLockFile);
        if (!descriptor.IsOpen)
            throw new HomeException($"cannot open the lock {home.WriterLockFile}: {Descriptors.LastProblem}");
        if (FileLock.Wait(descriptor.Number) is { } problem)
            throw new HomeException($"cannot lock {home.WriterLockFile}: {problem}");
        KeepUntilExit(descriptor);
    }

    /// <summary>
    /// In a home that was made again; nobody else can have it there, so what is refused is this daemon's own already.
    /// </summary>
    public static void TakeAgain(TspmHome home)
    {
        using var descriptor = FileLock.Open(home.WriterLockFile);
        if (descriptor.IsOpen && FileLock.TryTake(descriptor.Number)) KeepUntilExit(descriptor);
    }

    /// <summary>
    /// The kernel releases it, and nobody else: even a daemon that is killed has it until it is gone.
    /// </summary>
    static void KeepUntilExit(Descriptor held) => _ = held.HandOver();
}
