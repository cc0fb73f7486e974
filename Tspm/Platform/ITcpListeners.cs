using System.Net;

namespace Tspm.Platform;

/// <summary>Who listens on the TCP ports of this machine, as far as it can be seen.</summary>
internal interface ITcpListeners
{
    /// <summary>
    /// The numbers (inodes) of the sockets that listen on a port, on whatever address; null: they cannot be seen. Read
    /// at once, because the caller has to know it before it goes on. The reading may be a moment (50 ms) old.
    /// </summary>
    IReadOnlySet<ulong>? ListeningOn(int port);

    /// <summary>
    /// Looks at who takes connections to an address of this machine. Never blocks the caller: that takes too long for
    /// the supervisor's thread, and the answer comes on any thread.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="pid">A child, whose own listeners are looked for.</param>
    /// <param name="suspects">Sockets whose holder is to be named, should the child have none of its own.</param>
    /// <param name="told">Called once.</param>
    void Look(DialedAddress address, int pid, IReadOnlySet<ulong> suspects, Action<ListenerFacts> told);
}

/// <summary>Where a connection went.</summary>
/// <param name="Host">4 bytes, or 16 of IPv6.</param>
/// <param name="Port">The port.</param>
/// <param name="IsLocal">It is an address of this machine.</param>
internal sealed record DialedAddress(byte[] Host, int Port, bool IsLocal)
{
    /// <summary>As people write it.</summary>
    public override string ToString() => new IPEndPoint(new IPAddress(Host), Port).ToString();
}

/// <summary>What was seen of those who take connections to an address.</summary>
internal sealed record ListenerFacts
{
    /// <summary>
    /// The sockets, several when they share the port (SO_REUSEPORT); empty: none here; null: not to be seen.
    /// </summary>
    public IReadOnlySet<ulong>? Sockets { get; init; }

    /// <summary>Whether the child, or a process below it, has one of them open; null: that cannot be seen.</summary>
    public bool? IsOwn { get; init; }

    /// <summary>Who has a suspect open, such as "pid 4711 (node)"; null: not to be seen, or not looked for.</summary>
    public string? Holder { get; init; }
}
