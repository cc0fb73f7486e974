using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Parses the listening sockets in <c>/proc/net/tcp</c> and <c>tcp6</c> (man 5 proc), and determines to which of them
/// the kernel gives a connection. Parsing allocates no object per line, because it happens before a child is started.
/// The tables are used only where <see cref="TcpDiag"/> is not available.
/// </summary>
internal static class TcpTable
{
    /// <summary>
    /// The kernel lists listening sockets first (net/ipv4/tcp_ipv4.c, tcp_get_idx). A busy server has very many others,
    /// which are not read, except for a few, because old kernels put half-open connections between the listeners.
    /// </summary>
    const int MostOthers = 50;

    /// <summary>The kernel returns at most a page per read.</summary>
    const int ChunkBytes = 4096;

    /// <summary>Longer than any line.</summary>
    const int LongestLine = 1024;

    const int LocalColumn = 1, StateColumn = 3, InodeColumn = 9, Columns = 10;

    /// <summary>
    /// Reads the next part of a table into a buffer; returns its length, 0 at the end, or a negative number on failure.
    /// </summary>
    public delegate int ChunkReader(Span<byte> into);

    /// <summary>An address as a value that can be compared.</summary>
    /// <param name="Bits">The bits in network byte order.</param>
    /// <param name="IsIPv6">Also false for an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2).</param>
    public readonly record struct Host(UInt128 Bits, bool IsIPv6)
    {
        const ulong MappedPrefix = 0xffff;

        /// <param name="bytes">4 bytes for IPv4 or 16 for IPv6, in network byte order.</param>
        public static Host From(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length == 4) return new Host(BinaryPrimitives.ReadUInt32BigEndian(bytes), IsIPv6: false);
            var bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
            return bits >> 32 == MappedPrefix ? new Host((uint)bits, IsIPv6: false) : new Host(bits, IsIPv6: true);
        }
    }

    /// <summary>One listening socket.</summary>
    /// <param name="Host">The address; 0 for every address.</param>
    /// <param name="Port">The port.</param>
    /// <param name="Inode">The inode number, which the links in /proc/PID/fd contain.</param>
    public readonly record struct Listener(Host Host, int Port, ulong Inode);

    /// <summary>Adds the listening sockets of one table; false if it could not be read completely.</summary>
    public static bool Parse(ChunkReader read, List<Listener> found)
    {
        Span<byte> buffer = stackalloc byte[ChunkBytes + LongestLine];
        var (rest, others) = (0, 0);
        while (true)
        {
            var got = read(buffer[rest..]);
            if (got <= 0) return got == 0;
            var text = buffer[..(rest + got)];
            while (text.IndexOf((byte)'\n') is var end and >= 0)
            {
                if (!ParseLine(text[..end], found) && ++others > MostOthers) return true;
                text = text[(end + 1)..];
            }
            // No line of a table is that long.
            rest = text.Length < LongestLine ? text.Length : 0;
            text[..rest].CopyTo(buffer);
        }
    }

    /// <returns>False if the line is not about a listening socket.</returns>
    static bool ParseLine(ReadOnlySpan<byte> line, List<Listener> found)
    {
        ReadOnlySpan<byte> local = default, state = default, inode = default;
        for (var column = 0; column < Columns; column++)
        {
            line = line.TrimStart((byte)' ');
            if (line.IsEmpty) return false;
            var end = line.IndexOf((byte)' ') is var space and >= 0 ? space : line.Length;
            if (column == LocalColumn) local = line[..end];
            else if (column == StateColumn) state = line[..end];
            else if (column == InodeColumn) inode = line[..end];
            line = line[end..];
        }
        if (!state.SequenceEqual("0A"u8) || ParseOne(local, inode) is not { } listener) return false;
        found.Add(listener);
        return true;
    }

    static Listener? ParseOne(ReadOnlySpan<byte> local, ReadOnlySpan<byte> inode)
    {
        var colon = local.IndexOf((byte)':');
        if (colon is not (8 or 32) || !TryParseHex(local[(colon + 1)..], out var port)) return null;
        Span<byte> host = stackalloc byte[16];
        for (var at = 0; at < colon; at += 8)
        {
            // The words are printed in host byte order; in memory they are in network byte order.
            if (!TryParseHex(local.Slice(at, 8), out var word)) return null;
            MemoryMarshal.Write(host[(at / 2)..], word);
        }
        return Utf8Parser.TryParse(inode, out ulong number, out var used) && used == inode.Length
            ? new Listener(Host.From(host[..(colon / 2)]), (int)port, number) : null;
    }

    static bool TryParseHex(ReadOnlySpan<byte> text, out uint value) =>
        Utf8Parser.TryParse(text, out value, out var used, 'x') && used == text.Length;

    /// <summary>
    /// Returns the sockets from which the kernel chooses for a connection: those with exactly this address, otherwise
    /// those with every address; for IPv4, an IPv4 socket comes before one for both. There are several if they share
    /// the port. Empty if there is none.
    /// </summary>
    public static IReadOnlySet<ulong> Answering(IReadOnlyList<Listener> listeners, Host target, int port)
    {
        var (best, found) = (0, new HashSet<ulong>());
        foreach (var listener in listeners)
        {
            var fit = listener.Port == port ? Fit(listener.Host, target) : 0;
            if (fit == 0 || fit < best) continue;
            if (fit > best) found.Clear();
            best = fit;
            found.Add(listener.Inode);
        }
        return found;
    }

    /// <summary>
    /// Rates how well a listener matches; the kernel prefers higher values, and 0 means that it does not match.
    /// </summary>
    static int Fit(Host host, Host target)
    {
        if (host == target) return 3;
        if (host.Bits != 0) return 0;
        if (host.IsIPv6 == target.IsIPv6) return 2;
        // A listener for every IPv6 address also accepts IPv4, unless IPV6_V6ONLY is set, which is not visible.
        return host.IsIPv6 ? 1 : 0;
    }
}
