using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Text;

namespace Tspm.Supervision.Triggers;

/// <summary>
/// What <c>watch</c> means for one process: which paths, and which changes there do not count. Tspm's home and all log
/// files never count: each line logged would restart the process that wrote it.
/// </summary>
internal sealed class WatchedFiles
{
    /// <summary>
    /// Ignored in addition to <c>watchIgnore</c>: files written by tools rather than people. The last four are editors'
    /// scratch files.
    /// </summary>
    public static readonly string[] AlwaysIgnored = [".git", "node_modules", "__pycache__", "*.swp", "*~", ".#*",
        "4913"];

    readonly List<PathPattern> _ignored = [];
    readonly List<string> _ownFolders = [];
    readonly List<string> _logs = [];
    readonly PathFacts _facts;

    /// <param name="config">A complete config.</param>
    /// <param name="home">Tspm's home.</param>
    /// <param name="logs">The log files of all processes, wherever they are.</param>
    /// <param name="facts">The facts about <see cref="PathsToLookUp"/>.</param>
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

    /// <summary>The working directory of the process, to which relative paths refer.</summary>
    public string Folder { get; }

    public IReadOnlyList<WatchedPath> Paths { get; }

    /// <summary>Whether changes of this path do not count.</summary>
    public bool IsIgnored(string path)
    {
        foreach (var folder in _ownFolders)
            if (IsAtOrBelow(path, folder)) return true;
        foreach (var log in _logs)
            // Rotated logs and the index have the log's name followed by a dot.
            if (path.StartsWith(log, StringComparison.Ordinal)
                && (path.Length == log.Length || path[log.Length] == '.')) return true;
        foreach (var pattern in _ignored)
            if (pattern.IsMatch(path)) return true;
        return false;
    }

    /// <summary>The path as a person would write it.</summary>
    public string Shown(string path) =>
        IsAtOrBelow(path, Folder) && path.Length > Folder.Length ? path[Folder.Length..].TrimStart('/') : path;

    /// <summary>
    /// The path to watch: the text itself, or the path at the beginning of a pattern, with the whole pattern as a
    /// filter.
    /// </summary>
    WatchedPath Place(string text)
    {
        var path = Trimmed(Path.GetFullPath(text, Folder));
        if (!Glob.IsPattern(text) || _facts.Existing.Contains(path)) return new WatchedPath(path);
        var pattern = new PathPattern(text.Contains('/') ? text : "**/" + text, Folder);
        return new WatchedPath(Trimmed(Path.GetFullPath(PlainPartOf(text), Folder)), pattern.IsMatch);
    }

    /// <summary>The paths whose existence and real path have to be known.</summary>
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

    /// <summary>The folders before the first component that is a pattern.</summary>
    static string PlainPartOf(string text) =>
        text.LastIndexOf('/', text.AsSpan().IndexOfAny("*?[")) is var slash and >= 0 ? text[..(slash + 1)] : ".";

    /// <summary>
    /// Adds every name by which the kernel may report the path, because the watched path may lead there through a link.
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
