using System.IO.Hashing;
using System.Text;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Listening sockets (man 2 listen), as systemd makes them for its services: blocking, with the longest queue that the
/// system allows. Their descriptors lie above all that a child is given, so that no number is overwritten before it was
/// copied.
/// </summary>
/// <param name="store">Keeps each socket for the next daemon.</param>
internal sealed unsafe class ListenSockets(IDescriptorStore store) : IListenSockets
{
    const string Stage = "listen";

    /// <summary>The kernel takes the smaller one of this and net.core.somaxconn.</summary>
    const int Backlog = 4096;

    /// <summary>
    /// Lowest number for a listener: a child gets at most <see cref="SpawnRequest.MaxListeners"/> and a report pipe
    /// from 3 on.
    /// </summary>
    const int FirstSafeFd = 64;

    readonly Dictionary<DescriptorKey, Descriptor> _inherited = [];

    /// <summary>Takes the listeners out of what the guardian gave back. Called before anything is opened.</summary>
    public void Inherit(Dictionary<DescriptorKey, Descriptor> returned)
    {
        foreach (var (key, descriptor) in returned)
            if (key.Kind == DescriptorKind.Listener && returned.Remove(key)) _inherited[key] = descriptor;
    }

    public bool TryTake(int owner, ListenAddress address, out Descriptor descriptor)
    {
        if (!_inherited.Remove(KeyOf(owner, address), out descriptor)) return false;
        // Where there is no room above, it stays where it is.
        _ = MoveUp(ref descriptor);
        return true;
    }

    public SpawnFailure? Open(int owner, ListenAddress address, SocketFileRights rights, out Descriptor descriptor)
    {
        if (TryTake(owner, address, out descriptor)) return null;
        var failure = address.Path is { } path
            ? OpenUnix(address, path, rights, out descriptor)
            : OpenTcp(address, out descriptor);
        if (failure is null && SysSocket.listen(descriptor.Number, Backlog) != 0)
            failure = Failure(address, Errno.Last);
        if (failure is null && !MoveUp(ref descriptor)) failure = Failure(address, Errno.Last);
        if (failure is null) store.Store(KeyOf(owner, address), descriptor.Number);
        else descriptor.Dispose();
        return failure;
    }

    public void Close(int owner, ListenAddress address, Descriptor descriptor) =>
        End(KeyOf(owner, address), descriptor);

    public void DropUnclaimed()
    {
        foreach (var (key, descriptor) in _inherited) End(key, descriptor);
        _inherited.Clear();
    }

    /// <summary>
    /// shutdown(2) before close: it takes effect for every duplicate at once, and the guardian closes its own a moment
    /// later.
    /// </summary>
    void End(DescriptorKey key, Descriptor descriptor)
    {
        var path = SocketFiles.PathOf(descriptor.Number);
        _ = SysSocket.shutdown(descriptor.Number, SysSocket.SHUT_RDWR);
        // Not somebody else's who has put his own in that place.
        if (path is not null && SocketFiles.Look(path, out _) == SocketFile.Stale) _ = Unistd.unlink(path);
        descriptor.Dispose();
        store.Remove(key);
    }

    /// <summary>Told by process and address alone, so that the next daemon finds it again.</summary>
    static DescriptorKey KeyOf(int owner, ListenAddress address)
    {
        var name = Encoding.UTF8
            .GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{owner} {address.Text}"));
        return DescriptorKey.Listener(XxHash3.HashToUInt64(name));
    }

    static SpawnFailure? OpenTcp(ListenAddress address, out Descriptor descriptor)
    {
        var isSix = address.Host is null or { Length: 16 };
        descriptor = Descriptors.Socket(isSix ? SysSocket.AF_INET6 : SysSocket.AF_INET, SysSocket.SOCK_STREAM);
        // ":PORT" on a machine without IPv6.
        if (!descriptor.IsOpen && address.Host is null && Errno.Last == Errno.EAFNOSUPPORT)
        {
            isSix = false;
            descriptor = Descriptors.Socket(SysSocket.AF_INET, SysSocket.SOCK_STREAM);
        }
        if (!descriptor.IsOpen) return Failure(address, Errno.Last);
        // Connections of an earlier listener that still time out are no reason to fail.
        int yes = 1, onlySix = address.Host is null ? 0 : 1;
        _ = SysSocket.setsockopt(descriptor.Number, SysSocket.SOL_SOCKET, SysSocket.SO_REUSEADDR, &yes, sizeof(int));
        if (isSix)
            _ = SysSocket.setsockopt(descriptor.Number, SysSocket.IPPROTO_IPV6, SysSocket.IPV6_V6ONLY, &onlySix,
                sizeof(int));
        var name = NameOf(address, isSix);
        fixed (byte* raw = name)
            return SysSocket.bind(descriptor.Number, (SockaddrUn*)raw, (uint)name.Length) == 0
                ? null
                : Failure(address, Errno.Last);
    }

    /// <summary>
    /// <c>struct sockaddr_in</c> and <c>sockaddr_in6</c> (man 7 ip, ipv6): family, port, [flow], address, [scope] or
    /// padding.
    /// </summary>
    static byte[] NameOf(ListenAddress address, bool isSix)
    {
        var name = new byte[isSix ? 28 : 16];
        BitConverter.TryWriteBytes(name, (ushort)(isSix ? SysSocket.AF_INET6 : SysSocket.AF_INET));
        (name[2], name[3]) = ((byte)(address.Port >> 8), (byte)address.Port);
        address.Host?.CopyTo(name, isSix ? 8 : 4);
        return name;
    }

    static SpawnFailure? OpenUnix(ListenAddress address, string path, SocketFileRights rights,
        out Descriptor descriptor)
    {
        descriptor = default;
        switch (SocketFiles.Look(path, out var errno))
        {
            case SocketFile.Answers: return Failure(address, Errno.EADDRINUSE);
            case SocketFile.IsSomethingElse:
                return new SpawnFailure(Stage, Errno.EADDRINUSE,
                    $"cannot listen on {address.Text}: {path} is there and is not a socket; remove it, or choose "
                        + "another path");
            case SocketFile.Unknown: return Failure(address, errno);
            case SocketFile.Stale: _ = Unistd.unlink(path); break;
        }
        descriptor = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM);
        if (!descriptor.IsOpen) return Failure(address, Errno.Last);
        _ = SockaddrUn.TryCreate(path, out var name);
        if (SysSocket.bind(descriptor.Number, &name, (uint)sizeof(SockaddrUn)) != 0)
            return Failure(address, Errno.Last);
        // Before it listens nobody can connect, whatever the mode is until then.
        if (SocketFiles.GiveTo(path, rights) is not { } problem) return null;
        _ = Unistd.unlink(path);
        return new SpawnFailure(Stage, Errno.EPERM, $"cannot listen on {address.Text}: {problem}");
    }

    /// <summary>False: there is no room above, and it has the number that it had.</summary>
    static bool MoveUp(ref Descriptor descriptor)
    {
        if (descriptor.Number >= FirstSafeFd) return true;
        var safe = Descriptors.Duplicate(descriptor.Number, FirstSafeFd);
        if (!safe.IsOpen) return false;
        descriptor.Dispose();
        descriptor = safe;
        return true;
    }

    static SpawnFailure Failure(ListenAddress address, int errno)
    {
        var hint = errno == Errno.EACCES && address.Path is null ? " (low ports are for root)" : "";
        return new SpawnFailure(Stage, errno,
            $"cannot listen on {address.Text}: {NameLookup.Phrase(Errno.Describe(errno))}{hint}");
    }
}
