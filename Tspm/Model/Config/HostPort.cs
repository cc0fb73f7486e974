using System.Globalization;

namespace Tspm.Model.Config;

/// <summary>The target of a probe: a host name or address, and a port.</summary>
internal sealed class HostPort(string host, int port)
{
    public string Host => host;

    public int Port => port;

    /// <summary>Reads HOST:PORT or [IPv6]:PORT.</summary>
    /// <param name="defaultPort">The port if the text has none; null if a port is required.</param>
    /// <returns>Null if the text is neither.</returns>
    public static HostPort? Parse(string text, int? defaultPort = null)
    {
        var bracket = text.StartsWith('[') ? text.IndexOf(']') : -1;
        var colon = text.IndexOf(':', Math.Max(0, bracket));
        // Several colons without brackets: it is ambiguous which one precedes the port.
        if (bracket < 0 && colon >= 0 && text.IndexOf(':', colon + 1) >= 0) return null;
        var name = text[..(colon < 0 ? text.Length : colon)];
        if (bracket >= 0) name = name.Length == bracket + 1 ? name[1..^1] : "";
        if (name.Length is 0 or > 253) return null;
        foreach (var letter in name)
            if (letter is <= ' ' or '/' or '@' or '?' or '#' or '[' or ']' or '\u007f') return null;
        var number = defaultPort ?? 0;
        if (colon >= 0 && !TryPort(text.AsSpan(colon + 1), out number)) return null;
        return number is >= 1 and <= 65535 ? new HostPort(name, number) : null;
    }

    static bool TryPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
}
