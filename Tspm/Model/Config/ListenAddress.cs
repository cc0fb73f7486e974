using System.Globalization;
using System.Net;

namespace Tspm.Model.Config;

/// <summary>
/// An address on which the daemon listens for a process: <c>HOST:PORT</c> (digits, or localhost), <c>[IPv6]:PORT</c>,
/// <c>:PORT</c> (every address of this machine), or <c>unix:/PATH</c>. No names: they would have to be looked up, and
/// what they mean may change.
/// </summary>
internal sealed class ListenAddress
{
    public const string Expected = "HOST:PORT, [IPv6]:PORT or :PORT, with an address in digits or localhost and a "
        + "port from 1 to 65535; or unix:/PATH";

    /// <summary>Bytes of a path that the system can bind (man 7 unix: 108, with the final NUL).</summary>
    public const int LongestPath = 107;

    const string UnixPrefix = "unix:";

    ListenAddress(string text, byte[]? host, int port, string? path) =>
        (Text, Host, Port, Path) = (text, host, port, path);

    /// <summary>As it was given.</summary>
    public string Text { get; }

    /// <summary>4 or 16 bytes; null: every address, of both kinds.</summary>
    public byte[]? Host { get; }

    public int Port { get; }

    /// <summary>Of a Unix socket; null: TCP.</summary>
    public string? Path { get; }

    /// <summary>Null: it is not an address; <see cref="Expected"/> says what is.</summary>
    public static ListenAddress? Parse(string text)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal)) return OfPath(text, text[UnixPrefix.Length..]);
        var colon = text.LastIndexOf(':');
        if (colon < 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                || port is < 1 or > 65535) return null;
        var host = text[..colon];
        if (host.Length == 0) return new ListenAddress(text, null, port, null);
        var bytes = host == "localhost"
            ? [127, 0, 0, 1]
            : host.StartsWith('[') && host.EndsWith(']') ? SixteenBytes(host[1..^1]) : FourBytes(host);
        return bytes is null ? null : new ListenAddress(text, bytes, port, null);
    }

    /// <summary>
    /// Whether a connection to a place on this machine comes here, as far as its name tells: of an address for all,
    /// those of this machine are known by their digits only when they are loopback ones.
    /// </summary>
    public bool Takes(HostPort place)
    {
        if (Path is not null || place.Port != Port) return false;
        var text = place.Host == "localhost" ? "127.0.0.1" : place.Host;
        var host = text.Contains(':') ? SixteenBytes(text) : FourBytes(text);
        if (host is null) return false;
        var isEvery = Host is null || !Host.AsSpan().ContainsAnyExcept((byte)0);
        if (!isEvery) return Plain(host).AsSpan().SequenceEqual(Host);
        host = Plain(host);
        // To connect to every address means this machine.
        return !host.AsSpan().ContainsAnyExcept((byte)0) || IPAddress.IsLoopback(new IPAddress(host));
    }

    /// <summary>An IPv4 address in the clothes of IPv6 (RFC 4291, 2.5.5.2) is that IPv4 address.</summary>
    static byte[] Plain(byte[] host) =>
        host.Length == 16 && host.AsSpan(0, 12).SequenceEqual(MappedPrefix) ? host[12..] : host;

    static ReadOnlySpan<byte> MappedPrefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

    static ListenAddress? OfPath(string text, string path) =>
        path.StartsWith('/') && !path.EndsWith('/') && !path.Contains('\0')
            && System.Text.Encoding.UTF8.GetByteCount(path) <= LongestPath
                ? new ListenAddress(text, null, 0, path)
                : null;

    static byte[]? FourBytes(string text)
    {
        var parts = text.Split('.');
        var bytes = new byte[4];
        if (parts.Length != bytes.Length) return null;
        for (var i = 0; i < bytes.Length; i++)
            // A leading zero is octal to some and decimal to others.
            if ((parts[i].Length > 1 && parts[i][0] == '0')
                || !byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i])) return null;
        return bytes;
    }

    /// <summary>
    /// Groups of hexadecimal digits, with <c>::</c> at most once (RFC 4291, 2.2); neither zones nor digits with dots.
    /// </summary>
    static byte[]? SixteenBytes(string text)
    {
        var gap = text.IndexOf("::", StringComparison.Ordinal);
        var bytes = new byte[16];
        if (gap < 0) return Groups(text, bytes) == 8 ? bytes : null;
        var tail = new byte[16];
        var before = Groups(text[..gap], bytes);
        var after = Groups(text[(gap + 2)..], tail);
        if (before < 0 || after < 0 || before + after > 7) return null;
        tail.AsSpan(0, after * 2).CopyTo(bytes.AsSpan(16 - after * 2));
        return bytes;
    }

    /// <summary>How many groups there were; -1: something else.</summary>
    static int Groups(string text, byte[] into)
    {
        if (text.Length == 0) return 0;
        var groups = text.Split(':');
        if (groups.Length > 8) return -1;
        for (var i = 0; i < groups.Length; i++)
        {
            if (groups[i].Length is 0 or > 4
                || !ushort.TryParse(groups[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                    out var group)) return -1;
            (into[i * 2], into[i * 2 + 1]) = ((byte)(group >> 8), (byte)group);
        }
        return groups.Length;
    }
}
