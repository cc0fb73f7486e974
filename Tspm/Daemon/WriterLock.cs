using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Daemon;

/// <summary>
/// The lock of the one daemon that may start processes and write state. A guardian that is killed releases its own lock
/// a moment before its daemon gets the death signal; in that moment the next daemon waits here.
/// </summary>
internal static class WriterLock
{
    /// <summary>Waits until no earlier daemon holds the lock, then holds it until this process exits.</summary>
    /// <exception cref="HomeException">The lock cannot be opened or locked.</exception>
    public static void Acquire(TspmHome home)
    {
        using var descriptor = FileLock.Open(home.WriterLockFile);
        if (!descriptor.IsOpen)
            throw new HomeException($"cannot open the lock {home.WriterLockFile}: {Descriptors.LastProblem}");
        if (FileLock.Wait(descriptor.Number) is { } problem)
            throw new HomeException($"cannot lock {home.WriterLockFile}: {problem}");
        KeepUntilExit(descriptor);
    }

    /// <summary>
    /// Locks the file in a home that was recreated. No other daemon can hold it there, so a refusal means that this
    /// daemon already does.
    /// </summary>
    public static void Reacquire(TspmHome home)
    {
        using var descriptor = FileLock.Open(home.WriterLockFile);
        if (descriptor.IsOpen && FileLock.TryAcquire(descriptor.Number)) KeepUntilExit(descriptor);
    }

    /// <summary>
    /// Leaves the lock to the kernel, which releases it when the process is gone, even if the daemon is killed.
    /// </summary>
    static void KeepUntilExit(Descriptor held) => _ = held.HandOver();
}
