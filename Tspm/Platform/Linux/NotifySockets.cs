using System.Globalization;
using System.Text;
using Tspm.Model;
using Tspm.Platform.Linux.Native;

namespace Tspm.Platform.Linux;

/// <summary>
/// Abstract sockets (man 7 unix): no file that has to be removed, none that a child of another user could not reach, and the name is free when its last holder is gone. It is told by the run
/// alone, so that a daemon under a new guardian, which was given nothing, can make it again. The kernel says who sent each datagram.
/// </summary>
/// <param name="loop">Tells when something came.</param>
/// <param name="hold">Gives a descriptor into the guardian's hands.</param>
/// <param name="release">The guardian may close that.</param>
/// <param name="post">Runs an action on the supervisor's thread, where all else here is called.</param>
internal sealed unsafe class NotifySockets(EventLoop loop, Action<ulong, int> hold, Action<ulong> release, Action<Action> post) : INotifySockets
{
    /// <summary>Holds with this bit come back to the next daemon; a run's number never has it.</summary>
    public const ulong ReturnedHold = 1UL << 63;

    readonly Dictionary<ulong, Listener> _open = [];
    Dictionary<ulong, int> _inherited = [];

    /// <summary>What the guardian kept, by hold. Before anything is opened.</summary>
    public void Inherit(Dictionary<ulong, int> descriptors) => _inherited = descriptors;

    /// <summary>Lets go of what no run has asked for.</summary>
    public void DropUnclaimed()
    {
        foreach (var (number, descriptor) in _inherited)
        {
            _ = Unistd.close(descriptor);
            release(number);
        }
        _inherited.Clear();
    }

    public string NameOf(ulong runId) => string.Create(CultureInfo.InvariantCulture, $"@tspm/{CurrentSystem.UserId}/{runId}");

    public SpawnFailure? Open(ulong runId, NotifyHeard heard)
    {
        if (!_inherited.Remove(runId | ReturnedHold, out var socket))
        {
            socket = Make(NameOf(runId), out var errno);
            if (socket < 0) return new SpawnFailure("open notify socket", errno, $"cannot make the socket for readiness messages: {Errno.Describe(errno)}");
            hold(runId | ReturnedHold, socket);
        }
        var listener = new Listener(loop, post, socket, heard);
        _open[runId] = listener;
        loop.Watch(socket, SysEpoll.EPOLLIN, listener);
        return null;
    }

    public void Close(ulong runId)
    {
        if (!_open.Remove(runId, out var listener)) return;
        listener.Close();
        release(runId | ReturnedHold);
    }

    static int Make(string name, out int errno)
    {
        var socket = SysSocket.socket(SysSocket.AF_UNIX, SysSocket.SOCK_DGRAM | SysSocket.SOCK_NONBLOCK | SysSocket.SOCK_CLOEXEC, 0);
        errno = Errno.Last;
        if (socket < 0) return -1;
        var yes = 1;
        _ = SockaddrUn.TryCreate(name, out var address);
        address.sun_path[0] = 0;
        // The length tells where an abstract name ends.
        if (SysSocket.setsockopt(socket, SysSocket.SOL_SOCKET, SysSocket.SO_PASSCRED, &yes, sizeof(int)) == 0
            && SysSocket.bind(socket, &address, (uint)(sizeof(ushort) + Encoding.UTF8.GetByteCount(name))) == 0) return socket;
        errno = Errno.Last;
        _ = Unistd.close(socket);
        return -1;
    }

    sealed class Listener(EventLoop loop, Action<Action> post, int socket, NotifyHeard heard) : IReadyHandler
    {
        /// <summary>As systemd has it.</summary>
        const int LongestDatagram = 4096;

        /// <summary>Datagrams taken at a time: who floods the socket waits, and nobody else.</summary>
        const int MostInARow = 16;

        bool _closed;

        /// <summary>Nothing more is told before this was read where it belongs.</summary>
        void IReadyHandler.Ready(int fd, uint events)
        {
            loop.Watch(socket, 0, this);
            post(Read);
        }

        void Read()
        {
            for (var i = 0; i < MostInARow && !_closed; i++)
            {
                if (FdPassing.ReceiveText(socket, LongestDatagram, out var sender) is not { } text) break;
                heard(sender.pid, sender.uid, text);
            }
            if (!_closed) loop.Watch(socket, SysEpoll.EPOLLIN, this);
        }

        public void Close()
        {
            _closed = true;
            loop.Unwatch(socket);
            _ = Unistd.close(socket);
        }
    }
}
