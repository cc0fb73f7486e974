using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// The listening sockets in <c>/proc/net/tcp</c> and <c>tcp6</c> (man 5 proc), and which of them the kernel gives a
/// connection to. Read without an object per line, for it is read before a child is started. Only where
/// <see cref="TcpDiag"/> cannot be used.
/// </summary>
internal static class TcpTable
{
    /// <summary>
    /// The kernel names those that listen first (net/ipv4/tcp_ipv4.c, tcp_get_idx); a busy server has very many others,
    /// which are not read. A few are, for the lines of half open connections that old kernels put between.
    /// </summary>
    const int MostOthers = 50;

    /// <summary>The kernel gives at most a page at once.</summary>
    const int ChunkBytes = 4096;

    /// <summary>Longer than any line.</summary>
    const int LongestLine = 1024;

    const int LocalColumn = 1, StateColumn = 3, InodeColumn = 9, Columns = 10;

    /// <summary>Reads the next part of a table into a buffer. 0: that was all; negative: it cannot be read.</summary>
    public delegate int ChunkReader(Span<byte> into);

    /// <summary>An address, comparable without its bytes.</summary>
    /// <param name="Bits">In the order of the network.</param>
    /// <param name="IsIPv6">False also for an IPv4 address in the clothes of IPv6 (RFC 4291, 2.5.5.2).</param>
    public readonly record struct Host(UInt128 Bits, bool IsIPv6)
    {
        const ulong MappedPrefix = 0xffff;

        /// <param name="bytes">4, or 16 of IPv6, in the order of the network.</param>
        public static Host Of(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length == 4) return new Host(BinaryPrimitives.ReadUInt32BigEndian(bytes), IsIPv6: false);
            var bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
            return bits >> 32 == MappedPrefix ? new Host((uint)bits, IsIPv6: false) : new Host(bits, IsIPv6: true);
        }
    }

    /// <summary>One listening socket.</summary>
    /// <param name="Host">Its address; 0: every address.</param>
    /// <param name="Port">Its port.</param>
    /// <param name="Inode">Its number, by which descriptors lead to it.</param>
    public readonly record struct Listener(Host Host, int Port, ulong Inode);

    /// <summary>Adds those that listen, of one table. False: it could not be read to its end.</summary>
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
            // A line that fills the buffer is none of a table.
            rest = text.Length < LongestLine ? text.Length : 0;
            text[..rest].CopyTo(buffer);
        }
    }

    /// <summary>False: it is not one that listens.</summary>
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
            // Words as this machine has them in memory, which is the order of the network.
            if (!TryParseHex(local.Slice(at, 8), out var word)) return null;
            MemoryMarshal.Write(host[(at / 2)..], word);
        }
        return Utf8Parser.TryParse(inode, out ulong number, out var used) && used == inode.Length
            ? new Listener(Host.Of(host[..(colon / 2)]), (int)port, number) : null;
    }

    static bool TryParseHex(ReadOnlySpan<byte> text, out uint value) =>
        Utf8Parser.TryParse(text, out value, out var used, 'x') && used == text.Length;

    /// <summary>
    /// Those that the kernel chooses from for a connection: with exactly this address, else with every address, and
    /// for IPv4 one of IPv4 before one of both. Several share the port. Empty: there is none.
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

    /// <summary>0: it does not take connections to this address; else the higher, the sooner it is chosen.</summary>
    static int Fit(Host host, Host target)
    {
        if (host == target) return 3;
        if (host.Bits != 0) return 0;
        if (host.IsIPv6 == target.IsIPv6) return 2;
        // One for every IPv6 address takes IPv4 too, unless it was told not to: that cannot be seen.
        return host.IsIPv6 ? 1 : 0;
    }
}
