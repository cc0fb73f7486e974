using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Tspm.Platform.Linux;

/// <summary>
/// The listening sockets in <c>/proc/net/tcp</c> and <c>tcp6</c> (man 5 proc), and which of them the kernel gives a
/// connection to.
/// </summary>
internal static class TcpTable
{
    const string Listening = "0A";

    /// <summary>
    /// The kernel names those that listen first; a busy server has very many others, which are not read.
    /// </summary>
    const int MostOthers = 1000;

    const int LocalColumn = 1, StateColumn = 3, InodeColumn = 9;

    /// <summary>One listening socket.</summary>
    /// <param name="Host">4 or 16 bytes.</param>
    /// <param name="Port">Its port.</param>
    /// <param name="Inode">Its number, by which descriptors lead to it.</param>
    public sealed record Listener(byte[] Host, int Port, ulong Inode);

    /// <summary>Those that listen, of the lines of one table.</summary>
    public static IEnumerable<Listener> Parse(IEnumerable<string> lines)
    {
        var others = 0;
        foreach (var line in lines)
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length <= InodeColumn) continue;
            if (columns[StateColumn] == Listening && ParseOne(columns) is { } listener) yield return listener;
            else if (++others > MostOthers) yield break;
        }
    }

    static Listener? ParseOne(string[] columns)
    {
        var local = columns[LocalColumn];
        var colon = local.IndexOf(':');
        const NumberStyles hex = NumberStyles.AllowHexSpecifier;
        var culture = CultureInfo.InvariantCulture;
        if (colon is not (8 or 32) || !int.TryParse(local.AsSpan(colon + 1), hex, culture, out var port)) return null;
        var host = new byte[colon / 2];
        for (var at = 0; at < colon; at += 8)
        {
            // Words as this machine has them in memory, which is the order of the network.
            if (!uint.TryParse(local.AsSpan(at, 8), hex, culture, out var word)) return null;
            MemoryMarshal.Write(host.AsSpan(at / 2), word);
        }
        return ulong.TryParse(columns[InodeColumn], NumberStyles.None, culture, out var inode)
            ? new Listener(host, port, inode) : null;
    }

    /// <summary>
    /// Those that the kernel chooses from for a connection: with exactly this address, else with every address, and
    /// for IPv4 one of IPv4 before one of both. Several share the port. Empty: there is none.
    /// </summary>
    public static IReadOnlySet<ulong> Answering(IEnumerable<Listener> listeners, byte[] host, int port)
    {
        var target = Plain(host);
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
    static int Fit(byte[] host, byte[] target)
    {
        var plain = Plain(host);
        if (plain.AsSpan().SequenceEqual(target)) return 3;
        if (plain.AsSpan().ContainsAnyExcept((byte)0)) return 0;
        if (plain.Length == target.Length) return 2;
        // One for every IPv6 address takes IPv4 too, unless it was told not to: that cannot be seen.
        return plain.Length == 16 ? 1 : 0;
    }

    /// <summary>An IPv4 address in the clothes of IPv6 (RFC 4291, 2.5.5.2) is that IPv4 address.</summary>
    static byte[] Plain(byte[] host)
    {
        var isMapped = host.Length == 16 && BinaryPrimitives.ReadUInt64BigEndian(host) == 0
            && BinaryPrimitives.ReadUInt32BigEndian(host.AsSpan(8)) == 0xffff;
        return isMapped ? host[12..] : host;
    }
}
