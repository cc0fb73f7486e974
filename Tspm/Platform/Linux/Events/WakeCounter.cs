using Tspm.Libc;

namespace Tspm.Platform.Linux.Events;

/// <summary>Ends the wait of a thread from another thread, such as that of a signal (man 2 eventfd).</summary>
internal sealed unsafe class WakeCounter : IDisposable
{
    readonly Descriptor _counter = Descriptors.Counter();

    /// <summary>
    /// The descriptor to wait for; negative if the system has none left, and then no wait ends early.
    /// </summary>
    public int Number => _counter.NumberOrNone;

    /// <summary>Makes the descriptor readable. Any thread may call this, also after <see cref="Dispose"/>.</summary>
    public void Wake()
    {
        var one = 1UL;
        _ = Unistd.write(Number, &one, sizeof(ulong));
    }

    /// <summary>Makes the descriptor unreadable again.</summary>
    public void Clear()
    {
        ulong count;
        _ = Unistd.read(Number, &count, sizeof(ulong));
    }

    public void Dispose() => _counter.Dispose();
}
