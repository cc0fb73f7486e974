using System.Text;
using Tspm.Platform;

namespace Tspm.Legacy;

/// <summary>
/// The line that a daemon has left about a migration: for the first command that finds it. Costs one look for a file.
/// </summary>
internal static class MigrationNotice
{
    const int MaxBytes = 64 << 10;

    /// <summary>Takes the line away and returns it; null: there is none, or another command has taken it.</summary>
    public static string? Take(string file)
    {
        if (RegularFile.Read(file, MaxBytes, out _) is not { } bytes) return null;
        try
        {
            // Whoever takes it away says it: several commands may be at it.
            var mine = $"{file}.{Environment.ProcessId}";
            File.Move(file, mine);
            File.Delete(mine);
            return Encoding.UTF8.GetString(bytes).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else was first, or the home cannot be written: then the next one says it.
            return null;
        }
    }
}
