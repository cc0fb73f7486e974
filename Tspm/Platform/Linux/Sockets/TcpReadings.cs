using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Readings of the kernel's tables of listening sockets, which all who ask share: a thousand processes that are started
/// or probed within a moment read them once. Any thread may ask.
/// </summary>
/// <param name="clock">Whose timestamps tell how old a reading is.</param>
/// <param name="read">Reads the tables; null: there are none.</param>
internal sealed class TcpReadings(TimeProvider clock, Func<IReadOnlyList<TcpTable.Listener>?> read)
{
    /// <summary>A reading is used again for so long.</summary>
    public static readonly TimeSpan LongestUse = TimeSpan.FromMilliseconds(50);

    readonly Lock _reading = new();
    Reading? _newest;

    /// <summary>Those of this machine.</summary>
    public TcpReadings() : this(TimeProvider.System, Read)
    {
    }

    /// <param name="Listeners">Null: they cannot be seen.</param>
    /// <param name="BeganAt">Timestamp of the clock before it was read.</param>
    public sealed record Reading(IReadOnlyList<TcpTable.Listener>? Listeners, long BeganAt);

    /// <summary>For <see cref="Since"/>.</summary>
    public long Now => clock.GetTimestamp();

    /// <summary>One that is at most <see cref="LongestUse"/> old.</summary>
    public Reading Recent()
    {
        lock (_reading)
            return _newest is { } newest && clock.GetElapsedTime(newest.BeganAt) <= LongestUse ? newest : ReadAgain();
    }

    /// <summary>One that was not begun before a moment.</summary>
    public Reading Since(long moment)
    {
        lock (_reading) return _newest is { } newest && newest.BeganAt >= moment ? newest : ReadAgain();
    }

    Reading ReadAgain()
    {
        var began = clock.GetTimestamp();
        return _newest = new Reading(read(), began);
    }

    static IReadOnlyList<TcpTable.Listener>? Read()
    {
        var found = new List<TcpTable.Listener>();
        if (TcpDiag.Read(found)) return found;
        return ReadTables();
    }

    /// <summary>The same, from the tables for people; null: there are none.</summary>
    public static IReadOnlyList<TcpTable.Listener>? ReadTables()
    {
        var found = new List<TcpTable.Listener>();
        if (!Add("/proc/net/tcp\0"u8, found)) return null;
        // Without IPv6 there is no second table.
        return Add("/proc/net/tcp6\0"u8, found) || Errno.Last == Errno.ENOENT ? found : null;
    }

    static unsafe bool Add(ReadOnlySpan<byte> nullTerminatedPath, List<TcpTable.Listener> found)
    {
        using var table = Descriptors.Open(nullTerminatedPath, Fcntl.O_RDONLY);
        if (!table.IsOpen) return false;
        return TcpTable.Parse(into =>
        {
            fixed (byte* raw = into) return (int)Unistd.read(table.Number, raw, (nuint)into.Length);
        }, found);
    }
}
