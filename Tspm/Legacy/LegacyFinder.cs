using Tspm.Config;

namespace Tspm.Legacy;

/// <summary>An old process list that was found: where, what is in it, and other files that may hold one too.</summary>
internal sealed class FoundList(string path, LegacyList list, List<string> others)
{
    public string Path => path;

    public LegacyList List => list;

    public List<string> Others => others;
}

/// <summary>Looks where the older Tspm kept its process list: key-value files in the user's home. Reads only.</summary>
internal static class LegacyFinder
{
    const string Folder = ".npmextra/kv", UsualName = "@apiglobal__tspm.json";

    /// <summary>Hundreds of processes have a tenth of it.</summary>
    const int MaxBytes = 4 << 20;

    /// <summary>This user's home, where old lists are looked for; null: there is none.</summary>
    public static string? UserHome =>
        Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : Platform.FileSystem.HomeOfUser();

    /// <summary>
    /// The usual file; when that is missing, empty or broken, the newest other one with tspm in its name that holds
    /// processes. Null: there is no such file at all.
    /// </summary>
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
            // No such folder, which is usual; or none that may be looked into: then there is nothing to take from it.
        }
        return files;
    }
}
