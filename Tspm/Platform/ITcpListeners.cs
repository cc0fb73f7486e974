using System.Net;

namespace Tspm.Platform;

/// <summary>Finds out who listens on the TCP ports of this machine, as far as that is visible.</summary>
internal interface ITcpListeners
{
    /// <summary>
    /// Returns the inode numbers of the sockets that listen on a port, on any address; null if they are not visible.
    /// This is read synchronously, because the caller needs it before it goes on. The reading may be 50 ms old.
    /// </summary>
    IReadOnlySet<ulong>? ListeningOn(int port);

    /// <summary>
    /// Finds out who accepts connections to an address of this machine. This takes too long for the supervisor's
    /// thread, so it never blocks the caller.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="pid">The child whose own listeners are searched.</param>
    /// <param name="suspects">Sockets whose holder is to be named if the child has no listener.</param>
    /// <param name="told">Called once with the result, on any thread.</param>
    void Inspect(DialedAddress address, int pid, IReadOnlySet<ulong> suspects, Action<ListenerFacts> told);
}

/// <summary>The address that was connected to.</summary>
/// <param name="Host">4 bytes for IPv4, 16 bytes for IPv6.</param>
/// <param name="Port">The port.</param>
/// <param name="IsLocal">Whether this is an address of this machine.</param>
internal sealed record DialedAddress(byte[] Host, int Port, bool IsLocal)
{
    /// <summary>Formats the address as people write it.</summary>
    public override string ToString() => new IPEndPoint(new IPAddress(Host), Port).ToString();
}

/// <summary>What is known about the sockets that accept connections to an address.</summary>
internal sealed record ListenerFacts
{
    /// <summary>
    /// The sockets; several if they share the port (SO_REUSEPORT), empty if there are none in this network namespace,
    /// null if they are not visible.
    /// </summary>
    public IReadOnlySet<ulong>? Sockets { get; init; }

    /// <summary>Whether the child or one of its descendants has one of them open; null if not visible.</summary>
    public bool? IsOwn { get; init; }

    /// <summary>
    /// The process that has a suspect open, such as "pid 4711 (node)"; null if not visible or not searched for.
    /// </summary>
    public string? Holder { get; init; }
}
