using System.Globalization;

namespace Tspm.Model;

/// <summary>Where a probe connects to: a name or an address, and a port.</summary>
internal sealed record HostPort(string Host, int Port)
{
    /// <summary>Reads HOST:PORT, or [IPv6]:PORT; without a port that of <paramref name="otherwise"/>, when there is one. Null: it is not that.</summary>
    public static HostPort? Parse(string text, int? otherwise = null)
    {
        var bracket = text.StartsWith('[') ? text.IndexOf(']') : -1;
        var colon = text.IndexOf(':', Math.Max(0, bracket));
        // Several colons without brackets: nobody can tell which one is before the port.
        if (bracket < 0 && colon >= 0 && text.IndexOf(':', colon + 1) >= 0) return null;
        var host = text[..(colon < 0 ? text.Length : colon)];
        if (bracket >= 0) host = host.Length == bracket + 1 ? host[1..^1] : "";
        if (host.Length == 0 || host.Length > 253) return null;
        foreach (var letter in host)
            if (letter is <= ' ' or '/' or '@' or '?' or '#' or '[' or ']' or '\u007f') return null;
        var port = otherwise ?? 0;
        if (colon >= 0 && !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)) return null;
        return port is >= 1 and <= 65535 ? new HostPort(host, port) : null;
    }
}
