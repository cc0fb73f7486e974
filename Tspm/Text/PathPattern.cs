namespace Tspm.Text;

/// <summary>
/// A file pattern as in .gitignore. Without a slash it is a name that matches anywhere (<c>*.log</c>). With a slash it
/// is a path, absolute or relative to a folder, in which <c>**</c> stands for any number of folders
/// (<c>build/**/*.js</c>). Each part of the path is a <see cref="Glob"/>.
/// </summary>
internal sealed class PathPattern
{
    readonly string _folder;
    readonly string[] _parts;
    readonly bool _isName;

    /// <param name="text">The pattern as the user wrote it.</param>
    /// <param name="folder">Absolute path of the folder that a relative pattern starts from.</param>
    public PathPattern(string text, string folder)
    {
        var trimmed = text.TrimEnd('/');
        if (trimmed.StartsWith("./", StringComparison.Ordinal)) trimmed = trimmed[2..];
        _isName = !trimmed.Contains('/');
        _folder = trimmed.StartsWith('/') ? "" : folder.TrimEnd('/');
        _parts = trimmed.TrimStart('/').Split('/');
    }

    /// <summary>Whether an absolute path matches.</summary>
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
