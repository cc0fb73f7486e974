using System.Globalization;
using Tspm.Platform.Linux.Native;

namespace Tspm.Platform.Linux;

/// <summary>
/// Reads who listens from /proc, on the runtime's threads. A socket belongs to whoever has a descriptor of it
/// (/proc/PID/fd). Bounded: of a machine with very many processes and descriptors only a part is looked at.
/// </summary>
internal sealed class TcpListeners : ITcpListeners
{
    /// <summary>Most processes of one tree, and most descriptors of one look.</summary>
    const int MostProcesses = 4096, MostDescriptors = 100_000;

    public void Find(int port, Action<IReadOnlySet<ulong>?> told) =>
        ThreadPool.QueueUserWorkItem(_ => told(Read()?.Where(listener => listener.Port == port)
            .Select(static listener => listener.Inode).ToHashSet()));

    public void Look(DialedAddress address, int pid, IReadOnlySet<ulong> suspects, Action<ListenerFacts> told) =>
        ThreadPool.QueueUserWorkItem(_ => told(Facts(address, pid, suspects)));

    static ListenerFacts Facts(DialedAddress address, int pid, IReadOnlySet<ulong> suspects)
    {
        if (Read() is not { } all) return new ListenerFacts();
        var answering = TcpTable.Answering(all, address.Host, address.Port);
        if (answering.Count == 0) return new ListenerFacts { Sockets = answering };
        var search = new Search(answering);
        var isOwn = search.IsHeldBelow(pid);
        var holder = isOwn != true && answering.All(suspects.Contains) ? new Search(answering).Holder() : null;
        return new ListenerFacts { Sockets = answering, IsOwn = isOwn, Holder = holder };
    }

    /// <summary>Null: there is no such table.</summary>
    static List<TcpTable.Listener>? Read()
    {
        try
        {
            // Without IPv6 there is no second table.
            string[] tables = File.Exists("/proc/net/tcp6") ? ["/proc/net/tcp", "/proc/net/tcp6"] : ["/proc/net/tcp"];
            return [.. tables.SelectMany(static table => TcpTable.Parse(File.ReadLines(table)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>One search for whoever holds one of some sockets.</summary>
    sealed class Search(IReadOnlySet<ulong> sockets)
    {
        readonly ProcFiles _files = new();
        int _left = MostDescriptors;

        /// <summary>Null: not every process could be looked at.</summary>
        public bool? IsHeldBelow(int root)
        {
            List<int> pids = [root];
            var isSure = true;
            for (var i = 0; i < pids.Count && i < MostProcesses; i++)
            {
                if (!ProcFiles.TryReadStat(pids[i], out var stat) || !stat.IsLiving) continue;
                if (Holds(pids[i]) is not { } holds) isSure = false;
                else if (holds) return true;
                _ = _files.TryReadChildren(pids[i], stat.Threads, pids); // gone: it has none any more
            }
            return isSure && pids.Count <= MostProcesses ? false : null;
        }

        /// <summary>In words; null: nobody who can be seen.</summary>
        public string? Holder()
        {
            List<int> pids = [];
            ProcFiles.ReadAllPids(pids);
            foreach (var pid in pids)
                if (Holds(pid) == true)
                    return string.Create(CultureInfo.InvariantCulture, $"pid {pid} ({_files.ReadName(pid)})");
            return null;
        }

        /// <summary>Null: its descriptors cannot be seen, or there are too many.</summary>
        bool? Holds(int pid)
        {
            Span<byte> folder = stackalloc byte[32];
            ProcFiles.Path(folder, pid, "fd"u8);
            var descriptors = new List<int>();
            if (!Dirent.ReadNumbers(folder, descriptors)) return Errno.Last == Errno.ENOENT ? false : null;
            foreach (var descriptor in descriptors)
            {
                if (--_left < 0) return null;
                var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd/{descriptor}");
                var isSocket = SysStat.stat(path, out var status) == 0 && status.IsSocket;
                if (isSocket && sockets.Contains(status.Inode)) return true;
            }
            return false;
        }
    }
}
