using Tspm.Libc;

namespace Tspm.Logs.Writing;

/// <summary>
/// Capacity for FIFOs that are seen full. An unprivileged user has a budget (man 7 pipe: pipe-user-pages-soft, 64 MiB)
/// and beyond it all of that user's new pipes shrink to one or two pages; so a FIFO is raised only when a full one was
/// met (or when its config asks for it), and 16 MiB is all that Tspm ever takes, with the pipe of a
/// <see cref="TeeMover"/>. From any thread.
/// </summary>
internal sealed class PipeBudget
{
    const int RaisedBytes = 1 << 20;
    const int TotalBytes = 16 << 20;

    int _taken = TeeMover.MostBytes;

    /// <summary>Nothing is raised at this moment.</summary>
    public bool IsUnused => Volatile.Read(ref _taken) == TeeMover.MostBytes;

    /// <summary>
    /// Raises the capacity of a FIFO if the budget allows. True: it counts until <see cref="GiveBack"/>.
    /// </summary>
    public bool TryRaise(int descriptor)
    {
        if (Interlocked.Add(ref _taken, RaisedBytes) <= TotalBytes
            && Fcntl.fcntl(descriptor, Fcntl.F_SETPIPE_SZ, RaisedBytes) >= 0) return true;
        GiveBack();
        return false;
    }

    public void GiveBack() => Interlocked.Add(ref _taken, -RaisedBytes);
}
