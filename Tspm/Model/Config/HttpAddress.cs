namespace Tspm.Model.Config;

/// <summary>A URL of a probe, as far as one GET needs it.</summary>
/// <param name="authority">As it was written: goes into the Host header.</param>
/// <param name="target">Path and query.</param>
/// <param name="place">Where to connect to.</param>
internal sealed class HttpAddress(string authority, string target, HostPort place)
{
    public string Authority => authority;

    public string Target => target;

    public HostPort Place => place;

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
        var host = end < 0 ? rest : rest[..end];
        var path = end < 0 ? "/" : rest[end] == '?' ? "/" + rest[end..] : rest[end..];
        return HostPort.Parse(host, 80) is { } where ? new HttpAddress(host, path, where) : null;
    }
}
