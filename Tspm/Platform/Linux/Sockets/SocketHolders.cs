using System.Buffers.Text;
using System.Globalization;
using Tspm.Libc;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Finds the process that has a socket open (man 5 proc, /proc/PID/fd). The links are read but not followed, because a
/// stat of a file on a hanging file system would hang too. The effort is bounded: on a machine with very many processes
/// and descriptors, only a part is searched. For one thread at a time.
/// </summary>
/// <param name="clock">Measures how long ago a search found nobody.</param>
internal sealed unsafe class SocketHolders(TimeProvider clock)
{
    /// <summary>Limits: processes of one tree, descriptors of one search, and remembered sockets.</summary>
    const int MostProcesses = 4096, MostDescriptors = 100_000, MostKnown = 1024;

    /// <summary>
    /// How long a holder that was not found is not searched again: it may be invisible, such as another user's program.
    /// </summary>
    public static readonly TimeSpan NobodyFor = TimeSpan.FromSeconds(10);

    readonly ProcFiles _files = new();
    readonly List<int> _pids = [], _descriptors = [];
    readonly Dictionary<ulong, Place> _known = [];
    int _left;

    /// <summary>Where a socket was last seen.</summary>
    /// <param name="Pid">The process; 0 if no visible process has the socket open.</param>
    /// <param name="Descriptor">The descriptor number in that process.</param>
    /// <param name="FoundAt">The timestamp of the search.</param>
    sealed record Place(int Pid, int Descriptor, long FoundAt);

    /// <summary>The number of searches of all processes of the machine.</summary>
    public int Searches { get; private set; }

    /// <summary>
    /// Whether a process or one of its descendants has one of the sockets open; null if that is not visible.
    /// </summary>
    public bool? IsHeldBelow(int root, IReadOnlySet<ulong> sockets)
    {
        _left = MostDescriptors;
        _pids.Clear();
        _pids.Add(root);
        var isSure = true;
        for (var i = 0; i < _pids.Count && i < MostProcesses; i++)
        {
            var pid = _pids[i];
            if (!ProcFiles.TryReadStat(pid, out var stat) || !stat.IsLiving) continue;
            if (Find(pid, sockets, out _, out _) is not { } holds) isSure = false;
            else if (holds) return true;
            // Fails if the process is gone, and then it has no children.
            _ = _files.TryReadChildren(pid, stat.Threads, _pids);
        }
        return isSure && _pids.Count <= MostProcesses ? false : null;
    }

    /// <summary>
    /// Describes the process that has one of the sockets open; null if none is visible. The last known holder is
    /// checked first: any process that has this descriptor for the socket is a holder.
    /// </summary>
    public string? Holder(IReadOnlySet<ulong> sockets)
    {
        var areUnseen = sockets.Count > 0;
        foreach (var socket in sockets)
        {
            var place = _known.GetValueOrDefault(socket);
            if (place is { Pid: not 0 } && SocketOf(place.Pid, place.Descriptor) == socket)
                return Describe(place.Pid);
            areUnseen &= place is { Pid: 0 } && clock.GetElapsedTime(place.FoundAt) < NobodyFor;
        }
        return areUnseen ? null : Search(sockets);
    }

    string? Search(IReadOnlySet<ulong> sockets)
    {
        Searches++;
        _left = MostDescriptors;
        _pids.Clear();
        ProcFiles.ReadAllPids(_pids);
        if (_known.Count + sockets.Count > MostKnown) _known.Clear();
        var now = clock.GetTimestamp();
        foreach (var pid in _pids)
        {
            if (Find(pid, sockets, out var socket, out var descriptor) != true) continue;
            _known[socket] = new Place(pid, descriptor, now);
            return Describe(pid);
        }
        foreach (var socket in sockets) _known[socket] = new Place(0, 0, now);
        return null;
    }

    string Describe(int pid) => string.Create(CultureInfo.InvariantCulture, $"pid {pid} ({_files.ReadName(pid)})");

    /// <returns>Null if the descriptors of the process are not visible, or there are too many.</returns>
    bool? Find(int pid, IReadOnlySet<ulong> sockets, out ulong socket, out int descriptor)
    {
        (socket, descriptor) = (0, 0);
        Span<byte> folder = stackalloc byte[32];
        ProcFiles.Path(folder, pid, "fd"u8);
        _descriptors.Clear();
        if (!Dirent.ReadNumbers(folder, _descriptors)) return Errno.Last == Errno.ENOENT ? false : null;
        foreach (var candidate in _descriptors)
        {
            if (--_left < 0) return null;
            if (SocketOf(pid, candidate) is not { } inode || !sockets.Contains(inode)) continue;
            (socket, descriptor) = (inode, candidate);
            return true;
        }
        return false;
    }

    /// <summary>
    /// The inode number of the socket that a descriptor leads to; null if it is not a socket, or not visible.
    /// </summary>
    public static ulong? SocketOf(int pid, int descriptor)
    {
        Span<byte> path = stackalloc byte[48], target = stackalloc byte[48];
        var length = ProcFiles.Path(path, pid, "fd/"u8);
        _ = Utf8Formatter.TryFormat(descriptor, path[length..], out var digits);
        path[length + digits] = 0;
        nint got;
        fixed (byte* name = path)
        fixed (byte* into = target) got = Unistd.readlinkat(Fcntl.AT_FDCWD, name, into, (nuint)target.Length);
        var prefix = "socket:["u8;
        if (got <= 0 || !target[..(int)got].StartsWith(prefix)) return null;
        return Utf8Parser.TryParse(target[prefix.Length..(int)got], out ulong inode, out _) ? inode : null;
    }
}
