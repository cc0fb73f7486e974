namespace Tspm.Model.Config;

/// <summary>The URL of a probe, split into the parts that a GET request needs.</summary>
/// <param name="authority">Host and port as the user wrote them, for the Host header.</param>
/// <param name="target">Path and query.</param>
/// <param name="place">The host and port to connect to.</param>
internal sealed class HttpAddress(string authority, string target, HostPort place)
{
    public string Authority => authority;

    public string Target => target;

    public HostPort Place => place;

    public const string Scheme = "http://";

    /// <summary>Reads a URL that begins with http://; a fragment is dropped.</summary>
    /// <returns>Null if the text is not such a URL.</returns>
    public static HttpAddress? Parse(string url)
    {
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        foreach (var letter in url)
            if (letter is <= ' ' or >= '\u007f') return null;
        var rest = url[Scheme.Length..];
        if (rest.IndexOf('#') is >= 0 and var fragment) rest = rest[..fragment];
        var end = rest.AsSpan().IndexOfAny('/', '?');
        var host = end < 0 ? rest : rest[..end];
        var path = end < 0 ? "" : rest[end..];
        if (!path.StartsWith('/')) path = "/" + path;
        return HostPort.Parse(host, 80) is { } where ? new HttpAddress(host, path, where) : null;
    }
}
