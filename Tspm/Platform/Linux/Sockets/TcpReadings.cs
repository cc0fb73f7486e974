using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Shared readings of the kernel's tables of listening sockets: if a thousand processes are started or probed at once,
/// the tables are read once. Any thread may use this.
/// </summary>
/// <param name="clock">The clock that measures the age of a reading.</param>
/// <param name="read">Reads the tables; returns null if there are none.</param>
internal sealed class TcpReadings(TimeProvider clock, Func<IReadOnlyList<TcpTable.Listener>?> read)
{
    /// <summary>How long a reading is reused.</summary>
    public static readonly TimeSpan LongestUse = TimeSpan.FromMilliseconds(50);

    readonly Lock _reading = new();
    Reading? _newest;

    /// <summary>Reads the tables of this machine.</summary>
    public TcpReadings() : this(TimeProvider.System, Read)
    {
    }

    /// <summary>One reading of the tables.</summary>
    /// <param name="Listeners">The listening sockets; null if they are not visible.</param>
    /// <param name="BeganAt">The timestamp before the tables were read.</param>
    public sealed record Reading(IReadOnlyList<TcpTable.Listener>? Listeners, long BeganAt);

    /// <summary>The present timestamp, for <see cref="Since"/>.</summary>
    public long Now => clock.GetTimestamp();

    /// <summary>Returns a reading that is at most <see cref="LongestUse"/> old.</summary>
    public Reading Recent()
    {
        lock (_reading)
            return _newest is { } newest && clock.GetElapsedTime(newest.BeganAt) <= LongestUse ? newest : ReadAgain();
    }

    /// <summary>Returns a reading that was not begun before this timestamp.</summary>
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

    /// <summary>Reads the listening sockets from the text tables in /proc; null if there are none.</summary>
    public static IReadOnlyList<TcpTable.Listener>? ReadTables()
    {
        var found = new List<TcpTable.Listener>();
        if (!Add("/proc/net/tcp\0"u8, found)) return null;
        // Without IPv6 the second table does not exist.
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
