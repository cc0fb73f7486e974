using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Text;

namespace Tspm.Supervision.Triggers;

/// <summary>
/// What <c>watch</c> means for one process: which paths, and what does not count there. Tspm's own home and the log
/// files never count: their every line would restart the process that wrote it.
/// </summary>
internal sealed class WatchedFiles
{
    /// <summary>
    /// Besides what <c>watchIgnore</c> says: what tools write, not people. The last four are the scratch files of
    /// editors.
    /// </summary>
    public static readonly string[] AlwaysIgnored = [".git", "node_modules", "__pycache__", "*.swp", "*~", ".#*",
        "4913"];

    readonly List<PathPattern> _ignored = [];
    readonly List<string> _ownFolders = [];
    readonly List<string> _logs = [];
    readonly PathFacts _facts;

    /// <param name="config">Complete.</param>
    /// <param name="home">Of Tspm.</param>
    /// <param name="logs">Log files of all processes, wherever they are.</param>
    /// <param name="facts">What was found of <see cref="PathsToLookUp"/>.</param>
    public WatchedFiles(ProcessConfig config, string home, IReadOnlyList<string> logs, PathFacts facts)
    {
        (Folder, _facts) = (FolderOf(config), facts);
        foreach (var pattern in AlwaysIgnored) _ignored.Add(new PathPattern(pattern, Folder));
        foreach (var pattern in config.WatchIgnore ?? []) _ignored.Add(new PathPattern(pattern, Folder));
        var paths = new List<WatchedPath>();
        foreach (var text in TextsOf(config)) paths.Add(Place(text));
        Paths = paths;
        AddOwn(_ownFolders, Path.GetFullPath(home));
        foreach (var log in logs) AddOwn(_logs, log);
    }

    /// <summary>Working directory of the process: relative paths belong to it.</summary>
    public string Folder { get; }

    public IReadOnlyList<WatchedPath> Paths { get; }

    /// <summary>True for a path whose changes do not count.</summary>
    public bool IsIgnored(string path)
    {
        foreach (var folder in _ownFolders)
            if (IsAtOrBelow(path, folder)) return true;
        foreach (var log in _logs)
            // rotated ones and the index have more behind a dot
            if (path.StartsWith(log, StringComparison.Ordinal)
                && (path.Length == log.Length || path[log.Length] == '.')) return true;
        foreach (var pattern in _ignored)
            if (pattern.IsMatch(path)) return true;
        return false;
    }

    /// <summary>As a person would name it.</summary>
    public string Shown(string path) =>
        IsAtOrBelow(path, Folder) && path.Length > Folder.Length ? path[Folder.Length..].TrimStart('/') : path;

    /// <summary>A path, or the part of a pattern that is a path, with the whole pattern for what is below it.</summary>
    WatchedPath Place(string text)
    {
        var path = Trimmed(Path.GetFullPath(text, Folder));
        if (!Glob.IsPattern(text) || _facts.Existing.Contains(path)) return new WatchedPath(path);
        var pattern = new PathPattern(text.Contains('/') ? text : "**/" + text, Folder);
        return new WatchedPath(Trimmed(Path.GetFullPath(PlainPartOf(text), Folder)), pattern.IsMatch);
    }

    /// <summary>The paths of which it has to be known whether they are there, and where they lead.</summary>
    public static IReadOnlySet<string> PathsToLookUp(ProcessConfig config, string home, IEnumerable<string> logs)
    {
        var paths = new HashSet<string>(logs, StringComparer.Ordinal) { Path.GetFullPath(home) };
        foreach (var text in TextsOf(config))
        {
            paths.Add(Trimmed(Path.GetFullPath(text, FolderOf(config))));
            if (Glob.IsPattern(text)) paths.Add(Trimmed(Path.GetFullPath(PlainPartOf(text), FolderOf(config))));
        }
        return paths;
    }

    static string FolderOf(ProcessConfig config) => config.ProjectDir ?? "/";

    static IReadOnlyList<string> TextsOf(ProcessConfig config) =>
        config.WatchPaths is { Count: > 0 } some ? some : ["."];

    /// <summary>The folders before the first one that is a pattern.</summary>
    static string PlainPartOf(string text) =>
        text.LastIndexOf('/', text.AsSpan().IndexOfAny("*?[")) is var slash and >= 0 ? text[..(slash + 1)] : ".";

    /// <summary>
    /// Under every name under which the kernel may tell of it: the watched path may lead there through a link.
    /// </summary>
    void AddOwn(List<string> into, string path)
    {
        var real = _facts.RealPathOf(path);
        into.Add(path);
        if (real != path) into.Add(real);
        foreach (var watched in Paths)
            if (_facts.RealPathOf(watched.Path) is var root && root != watched.Path && IsAtOrBelow(real, root))
                into.Add(watched.Path + real[root.Length..]);
    }

    static string Trimmed(string path) => path.Length > 1 ? path.TrimEnd('/') : path;

    static bool IsAtOrBelow(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal)
            && (path.Length == folder.Length || folder == "/" || path[folder.Length] == '/');
}
