using System.Globalization;
using System.Net;

namespace Tspm.Model.Config;

/// <summary>
/// An address that the daemon listens on for a process: <c>HOST:PORT</c> (a numeric address or localhost),
/// <c>[IPv6]:PORT</c>, <c>:PORT</c> (every address of this machine), or <c>unix:/PATH</c>. Host names are not accepted:
/// they would have to be looked up, and the result may change.
/// </summary>
internal sealed class ListenAddress
{
    /// <summary>The accepted forms, for error messages.</summary>
    public const string Expected = "HOST:PORT, [IPv6]:PORT or :PORT, with a numeric address or localhost and a "
        + "port from 1 to 65535; or unix:/PATH";

    /// <summary>Maximum length of a socket path in bytes (man 7 unix: 108 with the final NUL).</summary>
    public const int LongestPath = 107;

    const string UnixPrefix = "unix:";

    ListenAddress(string text, byte[]? host, int port, string? path) =>
        (Text, Host, Port, Path) = (text, host, port, path);

    /// <summary>The address as the user wrote it.</summary>
    public string Text { get; }

    /// <summary>The address in 4 or 16 bytes; null for every IPv4 and IPv6 address.</summary>
    public byte[]? Host { get; }

    public int Port { get; }

    /// <summary>The path of a Unix socket; null for TCP.</summary>
    public string? Path { get; }

    /// <summary>Reads an address.</summary>
    /// <returns>Null if the text is not an address; <see cref="Expected"/> says what is.</returns>
    public static ListenAddress? Parse(string text)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal)) return OfPath(text, text[UnixPrefix.Length..]);
        var colon = text.LastIndexOf(':');
        if (colon < 0 || PortOf(text.AsSpan(colon + 1)) is not { } port) return null;
        var host = text[..colon];
        if (host.Length == 0) return new ListenAddress(text, null, port, null);
        return HostBytes(host) is { } bytes ? new ListenAddress(text, bytes, port, null) : null;
    }

    static int? PortOf(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? port
            : null;

    static byte[]? HostBytes(string host)
    {
        if (host == "localhost") return [127, 0, 0, 1];
        return host.StartsWith('[') && host.EndsWith(']') ? SixteenBytes(host[1..^1]) : FourBytes(host);
    }

    /// <summary>
    /// Whether a connection from this machine to <paramref name="place"/> arrives at this address, as far as the text
    /// of the host tells. For a wildcard address, only loopback addresses are known to be addresses of this machine.
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
        // Connecting to the wildcard address means connecting to this machine.
        return !host.AsSpan().ContainsAnyExcept((byte)0) || IPAddress.IsLoopback(new IPAddress(host));
    }

    /// <summary>The IPv4 address if the address is an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2).</summary>
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
            // Some programs read a leading zero as octal, others as decimal.
            if ((parts[i].Length > 1 && parts[i][0] == '0')
                || !byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i])) return null;
        return bytes;
    }

    /// <summary>
    /// Reads an IPv6 address: groups of hexadecimal digits with <c>::</c> at most once (RFC 4291, 2.2). Zones and
    /// dotted IPv4 suffixes are not accepted.
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

    /// <summary>Reads groups into <paramref name="into"/>.</summary>
    /// <returns>The number of groups, or -1 if the text is malformed.</returns>
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
