using Tspm.Platform;
using Tspm.Storage;

namespace Tspm.Supervision.Hooks;

/// <summary>
/// Files in <c>run/</c> that serve hooks as standard input; they are unlinked once the hook runs. A file rather than a
/// pipe, because a hook that does not read its input blocks nobody, and one that does reaches the end.
/// </summary>
internal static class HookInput
{
    const string Prefix = "hook.";

    static int s_last;

    /// <summary>A path that no other hook uses; the file does not exist yet.</summary>
    public static string NewPath(TspmHome home) =>
        Path.Combine(home.RunFolder, $"{Prefix}{Interlocked.Increment(ref s_last)}");

    /// <returns>Null on success, otherwise why the file cannot be written.</returns>
    public static string? Write(string path, byte[] input)
    {
        try
        {
            AtomicFile.WriteNew(path, input, durable: false);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return FileSystem.Describe(e);
        }
    }

    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next daemon tries again.
        }
    }

    /// <summary>Removes the files that a dead daemon of this home left.</summary>
    public static void RemoveAll(TspmHome home)
    {
        foreach (var path in Directory.EnumerateFiles(home.RunFolder, Prefix + "*")) Remove(path);
    }
}
