using System.Buffers.Text;
using System.Globalization;
using Tspm.Libc;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Who has a socket open (man 5 proc, /proc/PID/fd). The links are read, not followed: a file of a file system that
/// hangs would hang whoever asks for its status. Bounded: of a machine with very many processes and descriptors only a
/// part is looked at. One thread at a time.
/// </summary>
/// <param name="clock">Tells how long ago nobody was found.</param>
internal sealed unsafe class SocketHolders(TimeProvider clock)
{
    /// <summary>Most processes of one tree, descriptors of one search, and sockets that are remembered.</summary>
    const int MostProcesses = 4096, MostDescriptors = 100_000, MostKnown = 1024;

    /// <summary>So long nobody is looked for again whom nobody may see, such as another user's program.</summary>
    public static readonly TimeSpan NobodyFor = TimeSpan.FromSeconds(10);

    readonly ProcFiles _files = new();
    readonly List<int> _pids = [], _descriptors = [];
    readonly Dictionary<ulong, Place> _known = [];
    int _left;

    /// <summary>Where a socket was last seen.</summary>
    /// <param name="Pid">0: nobody who can be seen has it open.</param>
    /// <param name="Descriptor">Which of its descriptors.</param>
    /// <param name="FoundAt">Timestamp of the clock.</param>
    readonly record struct Place(int Pid, int Descriptor, long FoundAt);

    /// <summary>How often all processes of the machine were searched.</summary>
    public int Searches { get; private set; }

    /// <summary>Whether a process or one below it has one of some sockets open; null: that cannot be seen.</summary>
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
            _ = _files.TryReadChildren(pid, stat.Threads, _pids); // gone: it has none any more
        }
        return isSure && _pids.Count <= MostProcesses ? false : null;
    }

    /// <summary>
    /// Who has one of some sockets open, in words; null: nobody who can be seen. Who had it open the last time is asked
    /// first: whoever still has that descriptor of it is a holder, whichever process that is.
    /// </summary>
    public string? Holder(IReadOnlySet<ulong> sockets)
    {
        var areUnseen = sockets.Count > 0;
        foreach (var socket in sockets)
        {
            var isKnown = _known.TryGetValue(socket, out var place);
            if (isKnown && place.Pid != 0 && SocketOf(place.Pid, place.Descriptor) == socket) return Words(place.Pid);
            areUnseen &= isKnown && place.Pid == 0 && clock.GetElapsedTime(place.FoundAt) < NobodyFor;
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
            return Words(pid);
        }
        foreach (var socket in sockets) _known[socket] = new Place(0, 0, now);
        return null;
    }

    string Words(int pid) => string.Create(CultureInfo.InvariantCulture, $"pid {pid} ({_files.ReadName(pid)})");

    /// <summary>Null: its descriptors cannot be seen, or there are too many.</summary>
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

    /// <summary>The number of the socket behind a descriptor; null: it is no socket, or not to be seen.</summary>
    static ulong? SocketOf(int pid, int descriptor)
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
