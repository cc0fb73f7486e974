using Tspm.Platform;
using Tspm.Storage;

namespace Tspm.Supervision.Hooks;

/// <summary>
/// Files in <c>run/</c> that hooks read as their standard input. They have no name any more once the hook runs. A file,
/// not a pipe: who does not read it harms nobody, and who reads finds its end.
/// </summary>
internal static class HookInput
{
    const string Prefix = "hook.";

    static int s_last;

    /// <summary>A name that no other hook has; there is no such file yet.</summary>
    public static string NewPath(TspmHome home) =>
        Path.Combine(home.RunFolder, $"{Prefix}{Interlocked.Increment(ref s_last)}");

    /// <returns>Null: it is there; else why it cannot be written.</returns>
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

    /// <summary>Those that a dead daemon of this home left.</summary>
    public static void RemoveAll(TspmHome home)
    {
        foreach (var path in Directory.EnumerateFiles(home.RunFolder, Prefix + "*")) Remove(path);
    }
}
