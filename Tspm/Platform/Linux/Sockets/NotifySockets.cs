using System.Globalization;
using System.Text;
using Tspm.Libc;
using Tspm.Model.State;
using Tspm.Platform.Linux.Events;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Uses abstract sockets (man 7 unix): no file has to be removed, children of other users can reach them, and the name
/// is free once its last holder is gone. The name depends only on the run, so that a daemon under a new guardian, which
/// has no descriptors from earlier, can create the socket again. The kernel reports the sender of each datagram.
/// </summary>
/// <param name="loop">Reports datagrams.</param>
/// <param name="store">Keeps each socket for the next daemon.</param>
/// <param name="post">Runs an action on the supervisor's thread, which calls all other members.</param>
internal sealed unsafe class NotifySockets(EventLoop loop, IDescriptorStore store, Action<Action> post) : INotifySockets
{
    Dictionary<DescriptorKey, Descriptor> _inherited = [];

    /// <summary>
    /// Takes the descriptors that the guardian returned and nobody else has claimed. Must be called before anything is
    /// opened.
    /// </summary>
    public void Inherit(Dictionary<DescriptorKey, Descriptor> descriptors) => _inherited = descriptors;

    /// <summary>Closes the sockets that no run has claimed.</summary>
    public void DropUnclaimed()
    {
        foreach (var (key, descriptor) in _inherited)
        {
            descriptor.Dispose();
            store.Remove(key);
        }
        _inherited.Clear();
    }

    public string NameOf(ulong runId) =>
        string.Create(CultureInfo.InvariantCulture, $"@tspm/{CurrentSystem.UserId}/{runId}");

    public IDisposable? Open(ulong runId, NotifyHeard heard, out SpawnFailure? failure)
    {
        failure = null;
        var key = DescriptorKey.NotifySocket(runId);
        if (!_inherited.Remove(key, out var socket))
        {
            socket = Make(NameOf(runId), out var errno);
            if (!socket.IsOpen)
            {
                failure = new SpawnFailure("open notify socket", errno,
                    $"cannot create the socket for readiness messages: {Errno.Describe(errno)}");
                return null;
            }
            store.Store(key, socket.Number);
        }
        var listener = new Listener(this, socket, key, heard);
        loop.Watch(socket.Number, SysEpoll.EPOLLIN, listener);
        return listener;
    }

    void Watch(Listener listener, int socket, uint events) => loop.Watch(socket, events, listener);

    void Post(Action action) => post(action);

    void End(Descriptor socket, DescriptorKey key)
    {
        loop.Unwatch(socket.Number);
        socket.Dispose();
        store.Remove(key);
    }

    static Descriptor Make(string name, out int errno)
    {
        var socket = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_DGRAM | SysSocket.SOCK_NONBLOCK);
        errno = Errno.Last;
        if (!socket.IsOpen) return default;
        var yes = 1;
        _ = SockaddrUn.TryCreate(name, out var address);
        address.sun_path[0] = 0;
        // The length determines where an abstract name ends.
        if (SysSocket.setsockopt(socket.Number, SysSocket.SOL_SOCKET, SysSocket.SO_PASSCRED, &yes, sizeof(int)) == 0
            && SysSocket.bind(socket.Number, &address,
                (uint)(sizeof(ushort) + Encoding.UTF8.GetByteCount(name))) == 0) return socket;
        errno = Errno.Last;
        socket.Dispose();
        return default;
    }

    sealed class Listener(NotifySockets owner, Descriptor socket, DescriptorKey key, NotifyHeard heard) : IReadyHandler,
        IDisposable
    {
        /// <summary>The limit that systemd has.</summary>
        const int LongestDatagram = 4096;

        /// <summary>Datagrams read in a row, so that a child that floods its socket delays only itself.</summary>
        const int MostInARow = 16;

        bool _closed;

        /// <summary>Suspends the events until the supervisor's thread has read the datagrams.</summary>
        void IReadyHandler.Ready(int fd, uint events)
        {
            owner.Watch(this, fd, 0);
            owner.Post(Read);
        }

        void Read()
        {
            for (var i = 0; i < MostInARow && !_closed; i++)
            {
                if (FdPassing.ReceiveText(socket.Number, LongestDatagram, out var sender) is not { } text) break;
                heard(sender.pid, sender.uid, text);
            }
            if (!_closed) owner.Watch(this, socket.Number, SysEpoll.EPOLLIN);
        }

        public void Dispose()
        {
            if (_closed) return;
            _closed = true;
            owner.End(socket, key);
        }
    }
}
