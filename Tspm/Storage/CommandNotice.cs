using System.Text;
using Tspm.Platform;

namespace Tspm.Storage;

/// <summary>
/// Sentences that a daemon leaves in a file for the next command to print, because whoever started the daemon would
/// otherwise not learn of them: what it imported, and what it could not use when it started. Without a notice, checking
/// costs a single system call.
/// </summary>
internal static class CommandNotice
{
    const int MaxBytes = 64 << 10;

    /// <summary>Adds a sentence to those that no command has printed yet.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Leave(string file, string sentence)
    {
        var earlier = RegularFile.Read(file, MaxBytes, out _) is { } bytes ? Encoding.UTF8.GetString(bytes).Trim() : "";
        var isNoted = earlier.Split('\n').Contains(sentence);
        if (isNoted) return;
        var all = earlier.Length == 0 ? sentence : $"{earlier}\n{sentence}";
        AtomicFile.Write(file, Encoding.UTF8.GetBytes(all), durable: false);
    }

    /// <summary>Removes the notice and returns its sentences.</summary>
    /// <returns>Empty if there is none, or another command has taken it.</returns>
    public static string[] Take(string file)
    {
        if (RegularFile.Read(file, MaxBytes, out _) is not { } bytes) return [];
        try
        {
            // Several commands may find the file; only the one that succeeds in renaming it prints the notice.
            var mine = $"{file}.{Environment.ProcessId}";
            File.Move(file, mine);
            File.Delete(mine);
            return Encoding.UTF8.GetString(bytes).Trim().Split('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another command was faster, or the home is not writable and a later command will print the notice.
            return [];
        }
    }
}
