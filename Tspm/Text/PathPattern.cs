namespace Tspm.Text;

/// <summary>
/// A pattern over files, as in a .gitignore: without a slash it means a name anywhere (<c>*.log</c>); with one a path,
/// from a folder on or absolute, where <c>**</c> is any number of folders (<c>build/**/*.js</c>). Each part follows
/// <see cref="Glob"/>.
/// </summary>
internal sealed class PathPattern
{
    readonly string _folder;
    readonly string[] _parts;
    readonly bool _isName;

    /// <param name="text">What the user wrote.</param>
    /// <param name="folder">Absolute; what a relative path belongs to.</param>
    public PathPattern(string text, string folder)
    {
        var trimmed = text.TrimEnd('/');
        if (trimmed.StartsWith("./", StringComparison.Ordinal)) trimmed = trimmed[2..];
        _isName = !trimmed.Contains('/');
        _folder = trimmed.StartsWith('/') ? "" : folder.TrimEnd('/');
        _parts = trimmed.TrimStart('/').Split('/');
    }

    /// <summary>Whether an absolute path fits.</summary>
    public bool IsMatch(string path)
    {
        if (_isName) return Glob.IsMatch(_parts[0], path[(path.LastIndexOf('/') + 1)..]);
        if (!path.StartsWith(_folder, StringComparison.Ordinal) || path.Length <= _folder.Length
            || path[_folder.Length] != '/') return false;
        return IsMatch(_parts, path[(_folder.Length + 1)..].Split('/'));
    }

    static bool IsMatch(ReadOnlySpan<string> pattern, ReadOnlySpan<string> parts)
    {
        while (pattern.Length > 0 && pattern[0] != "**")
        {
            if (parts.Length == 0 || !Glob.IsMatch(pattern[0], parts[0])) return false;
            pattern = pattern[1..];
            parts = parts[1..];
        }
        if (pattern.Length == 0) return parts.Length == 0;
        if (pattern.Length == 1) return parts.Length > 0;
        for (var from = 0; from < parts.Length; from++)
            if (IsMatch(pattern[1..], parts[from..])) return true;
        return false;
    }
}
