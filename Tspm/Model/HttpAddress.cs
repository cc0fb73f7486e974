namespace Tspm.Model;

/// <summary>A URL of a probe, as far as one GET needs it.</summary>
/// <param name="Authority">As it was written: goes into the Host header.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Place">Where to connect to.</param>
internal sealed record HttpAddress(string Authority, string Target, HostPort Place)
{
    public const string Scheme = "http://";

    /// <summary>Null: not a plain http URL.</summary>
    public static HttpAddress? Parse(string url)
    {
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        foreach (var letter in url)
            if (letter is <= ' ' or >= '\u007f') return null;
        var rest = url[Scheme.Length..];
        if (rest.IndexOf('#') is >= 0 and var fragment) rest = rest[..fragment];
        var end = rest.AsSpan().IndexOfAny('/', '?');
        var authority = end < 0 ? rest : rest[..end];
        var target = end < 0 ? "/" : rest[end] == '?' ? "/" + rest[end..] : rest[end..];
        return HostPort.Parse(authority, 80) is { } place ? new HttpAddress(authority, target, place) : null;
    }
}
