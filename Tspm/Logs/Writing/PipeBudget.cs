using Tspm.Libc;

namespace Tspm.Logs.Writing;

/// <summary>
/// The budget for enlarging FIFOs. An unprivileged user has a limit (man 7 pipe: pipe-user-pages-soft, 64 MiB), beyond
/// which all new pipes of that user shrink to one or two pages. So a FIFO is enlarged only if it was found full (or if
/// its config requests it), and Tspm never takes more than 16 MiB, including the pipe of a <see cref="TeeMover"/>. Can
/// be used from any thread.
/// </summary>
internal sealed class PipeBudget
{
    const int RaisedBytes = 1 << 20;
    const int TotalBytes = 16 << 20;

    int _taken = TeeMover.MaxBytes;

    /// <summary>Whether no FIFO is enlarged at the moment.</summary>
    public bool IsUnused => Volatile.Read(ref _taken) == TeeMover.MaxBytes;

    /// <summary>
    /// Enlarges a FIFO if the budget allows.
    /// </summary>
    /// <returns>True if it was enlarged; it then counts against the budget until <see cref="GiveBack"/>.</returns>
    public bool TryRaise(int descriptor)
    {
        if (Interlocked.Add(ref _taken, RaisedBytes) <= TotalBytes
            && Fcntl.fcntl(descriptor, Fcntl.F_SETPIPE_SZ, RaisedBytes) >= 0) return true;
        GiveBack();
        return false;
    }

    public void GiveBack() => Interlocked.Add(ref _taken, -RaisedBytes);
}
