using System.Text;
using Tspm.Platform;

namespace Tspm.Legacy;

/// <summary>
/// The line about a migration that a daemon leaves for the next command to print. Without one, checking costs a single
/// system call.
/// </summary>
internal static class MigrationNotice
{
    const int MaxBytes = 64 << 10;

    /// <summary>Removes the line and returns it.</summary>
    /// <returns>Null if there is none, or another command has taken it.</returns>
    public static string? Take(string file)
    {
        if (RegularFile.Read(file, MaxBytes, out _) is not { } bytes) return null;
        try
        {
            // Several commands may find the file; only the one that succeeds in renaming it prints the line.
            var mine = $"{file}.{Environment.ProcessId}";
            File.Move(file, mine);
            File.Delete(mine);
            return Encoding.UTF8.GetString(bytes).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another command was faster, or the home is not writable and a later command will print the line.
            return null;
        }
    }
}
