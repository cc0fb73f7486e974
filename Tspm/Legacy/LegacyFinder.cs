using Tspm.Config;

namespace Tspm.Legacy;

/// <summary>A legacy process list that was found.</summary>
/// <param name="path">The file that holds it.</param>
/// <param name="list">Its contents.</param>
/// <param name="others">Other files that may hold such a list; they were not read.</param>
internal sealed class FoundList(string path, LegacyList list, List<string> others)
{
    public string Path => path;

    public LegacyList List => list;

    public List<string> Others => others;
}

/// <summary>
/// Looks for the process list of the older Tspm, which kept it in a key-value file in the user's home. Read-only.
/// </summary>
internal static class LegacyFinder
{
    const string Folder = ".npmextra/kv", UsualName = "@apiglobal__tspm.json";

    /// <summary>A list of several hundred processes is about a tenth of this.</summary>
    const int MaxBytes = 4 << 20;

    /// <summary>The user's home directory, where legacy lists are searched; null if the user has none.</summary>
    public static string? UserHome =>
        Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : Platform.FileSystem.HomeOfUser();

    /// <summary>
    /// Finds the usual file; if that is missing, empty or unreadable, the newest other file with tspm in its name that
    /// contains processes.
    /// </summary>
    /// <returns>Null if there is no such file at all.</returns>
    public static FoundList? Find(string userHome)
    {
        var files = Candidates(Path.Combine(userHome, Folder));
        FoundList? first = null;
        foreach (var file in files)
        {
            var found = new FoundList(file, Read(file, userHome), files.FindAll(other => other != file));
            if (found.List.Processes.Count > 0) return found;
            first ??= found;
        }
        return first;
    }

    /// <summary>Reads a list; errors are returned as <see cref="LegacyList.Problem"/>.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="fallbackFolder">Working directory of processes that have none; an absolute path.</param>
    public static LegacyList Read(string file, string fallbackFolder)
    {
        try
        {
            return LegacyStore.Read(TextFile.ReadBytes(file, MaxBytes), fallbackFolder);
        }
        catch (TextFileException failure)
        {
            return new LegacyList([], [], failure.Message);
        }
    }

    static List<string> Candidates(string folder)
    {
        var files = new List<string>();
        try
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.json"))
                if (Path.GetFileName(file).Contains("tspm", StringComparison.OrdinalIgnoreCase)) files.Add(file);
            return [.. files.OrderBy(static file => Path.GetFileName(file) != UsualName)
                .ThenByDescending(File.GetLastWriteTimeUtc)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder does not exist, which is the normal case, or it is not readable.
        }
        return files;
    }
}
