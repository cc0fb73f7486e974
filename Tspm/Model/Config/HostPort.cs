using System.Globalization;

namespace Tspm.Model.Config;

/// <summary>Where a probe connects to: a name or an address, and a port.</summary>
internal sealed class HostPort(string host, int port)
{
    public string Host => host;

    public int Port => port;

    /// <summary>
    /// Reads HOST:PORT, or [IPv6]:PORT; without a port that of <paramref name="otherwise"/>, when there is one. Null:
    /// it is not that.
    /// </summary>
    public static HostPort? Parse(string text, int? otherwise = null)
    {
        var bracket = text.StartsWith('[') ? text.IndexOf(']') : -1;
        var colon = text.IndexOf(':', Math.Max(0, bracket));
        // Several colons without brackets: nobody can tell which one is before the port.
        if (bracket < 0 && colon >= 0 && text.IndexOf(':', colon + 1) >= 0) return null;
        var name = text[..(colon < 0 ? text.Length : colon)];
        if (bracket >= 0) name = name.Length == bracket + 1 ? name[1..^1] : "";
        if (name.Length is 0 or > 253) return null;
        foreach (var letter in name)
            if (letter is <= ' ' or '/' or '@' or '?' or '#' or '[' or ']' or '\u007f') return null;
        var number = otherwise ?? 0;
        if (colon >= 0
            && !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture,
                out number)) return null;
        return number is >= 1 and <= 65535 ? new HostPort(name, number) : null;
    }
}
