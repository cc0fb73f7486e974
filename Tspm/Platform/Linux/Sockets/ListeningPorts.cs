using Tspm.Libc;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Compares the sockets that processes have open with the kernel's tables of listening sockets. Any thread may use
/// this; the questions for a whole list share one reading of the tables.
/// </summary>
internal sealed class ListeningPorts(TcpReadings readings) : IListeningPorts
{
    /// <summary>The most descriptors that are examined for one tree.</summary>
    const int MostDescriptors = 10_000;

    readonly Lock _gate = new();
    readonly List<int> _descriptors = [];

    public IReadOnlyList<int>? Find(IEnumerable<int> pids)
    {
        lock (_gate)
        {
            if (readings.Recent().Listeners is not { } listeners) return null;
            if (listeners.Count == 0) return [];
            var portOf = new Dictionary<ulong, int>(listeners.Count);
            foreach (var listener in listeners) portOf[listener.Inode] = listener.Port;
            var (ports, isSeen, left) = (new SortedSet<int>(), false, MostDescriptors);
            foreach (var pid in pids) isSeen |= Add(pid, portOf, ports, ref left);
            return isSeen ? [.. ports] : null;
        }
    }

    /// <returns>False if the descriptors of the process are not visible.</returns>
    bool Add(int pid, Dictionary<ulong, int> portOf, SortedSet<int> ports, ref int left)
    {
        Span<byte> folder = stackalloc byte[32];
        ProcFiles.Path(folder, pid, "fd"u8);
        _descriptors.Clear();
        if (!Dirent.ReadNumbers(folder, _descriptors)) return false;
        foreach (var descriptor in _descriptors)
        {
            if (--left < 0) break;
            if (SocketHolders.SocketOf(pid, descriptor) is { } inode && portOf.TryGetValue(inode, out var port))
                ports.Add(port);
        }
        return true;
    }
}
