using System.IO.Hashing;
using System.Text;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Creates listening sockets (man 2 listen) as systemd does for its services: blocking, with the longest queue that the
/// system allows. Their descriptors have higher numbers than any that a child gets, so that none is overwritten before
/// it has been copied.
/// </summary>
/// <param name="store">Keeps each socket for the next daemon.</param>
internal sealed unsafe class ListenSockets(IDescriptorStore store) : IListenSockets
{
    const string Stage = "listen";

    /// <summary>The kernel uses the smaller of this and net.core.somaxconn.</summary>
    const int Backlog = 4096;

    /// <summary>
    /// The lowest number for a listener. A child gets at most <see cref="SpawnRequest.MaxListeners"/> listeners and a
    /// report pipe, starting with descriptor 3.
    /// </summary>
    const int FirstSafeFd = 64;

    readonly Dictionary<DescriptorKey, Descriptor> _inherited = [];

    /// <summary>
    /// Takes the listeners from the descriptors that the guardian returned. Must be called before anything is opened.
    /// </summary>
    public void Inherit(Dictionary<DescriptorKey, Descriptor> returned)
    {
        foreach (var (key, descriptor) in returned)
            if (key.Kind == DescriptorKind.Listener && returned.Remove(key)) _inherited[key] = descriptor;
    }

    public bool TryClaim(int owner, ListenAddress address, out Descriptor descriptor)
    {
        if (!_inherited.Remove(KeyOf(owner, address), out descriptor)) return false;
        // If no higher number is free, the descriptor keeps its number.
        _ = MoveUp(ref descriptor);
        return true;
    }

    public SpawnFailure? Open(int owner, ListenAddress address, SocketFileRights rights, out Descriptor descriptor)
    {
        if (TryClaim(owner, address, out descriptor)) return null;
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
    /// Closes a socket after shutdown(2), which takes effect for every duplicate at once; the guardian closes its
    /// duplicate a moment later.
    /// </summary>
    void End(DescriptorKey key, Descriptor descriptor)
    {
        var path = SocketFiles.PathOf(descriptor.Number);
        _ = SysSocket.shutdown(descriptor.Number, SysSocket.SHUT_RDWR);
        // Another program may have created its own socket at this path; that one is kept.
        if (path is not null && SocketFiles.Examine(path, out _) == SocketFile.Stale) _ = Unistd.unlink(path);
        descriptor.Dispose();
        store.Remove(key);
    }

    /// <summary>
    /// Returns the key, which depends only on process and address, so that the next daemon finds the socket again.
    /// </summary>
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
        // A ":PORT" address on a machine without IPv6.
        if (!descriptor.IsOpen && address.Host is null && Errno.Last == Errno.EAFNOSUPPORT)
        {
            isSix = false;
            descriptor = Descriptors.Socket(SysSocket.AF_INET, SysSocket.SOCK_STREAM);
        }
        if (!descriptor.IsOpen) return Failure(address, Errno.Last);
        // Connections of an earlier listener in TIME_WAIT must not prevent the bind.
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
    /// Returns a <c>struct sockaddr_in</c> or <c>sockaddr_in6</c> (man 7 ip, ipv6): family, port, [flow], address,
    /// [scope] or padding.
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
        switch (SocketFiles.Examine(path, out var errno))
        {
            case SocketFile.Answers: return Failure(address, Errno.EADDRINUSE);
            case SocketFile.IsSomethingElse:
                return new SpawnFailure(Stage, Errno.EADDRINUSE,
                    $"cannot listen on {address.Text}: {path} exists and is not a socket; remove it, or choose "
                        + "another path");
            case SocketFile.Unknown: return Failure(address, errno);
            case SocketFile.Stale: _ = Unistd.unlink(path); break;
        }
        descriptor = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM);
        if (!descriptor.IsOpen) return Failure(address, Errno.Last);
        _ = SockaddrUn.TryCreate(path, out var name);
        if (SysSocket.bind(descriptor.Number, &name, (uint)sizeof(SockaddrUn)) != 0)
            return Failure(address, Errno.Last);
        // Nobody can connect before listen(2), so the mode does not matter until then.
        if (SocketFiles.GiveTo(path, rights) is not { } problem) return null;
        _ = Unistd.unlink(path);
        return new SpawnFailure(Stage, Errno.EPERM, $"cannot listen on {address.Text}: {problem}");
    }

    /// <summary>
    /// Moves the descriptor to a higher number; if none is free, returns false and leaves it as it is.
    /// </summary>
    static bool MoveUp(ref Descriptor descriptor)
    {
        if (descriptor.Number >= FirstSafeFd) return true;
        var safe = Descriptors.Duplicate(descriptor.Number, FirstSafeFd);
        if (!safe.IsOpen) return false;
        descriptor.Dispose();
        descriptor = safe;
        return true;
    }

    const string LowPortHint =
        " (ports below net.ipv4.ip_unprivileged_port_start, usually 1024, need root or CAP_NET_BIND_SERVICE)";

    static SpawnFailure Failure(ListenAddress address, int errno)
    {
        var hint = errno == Errno.EACCES && address.Path is null ? LowPortHint : "";
        return new SpawnFailure(Stage, errno,
            $"cannot listen on {address.Text}: {NameLookup.Phrase(Errno.Describe(errno))}{hint}");
    }
}
