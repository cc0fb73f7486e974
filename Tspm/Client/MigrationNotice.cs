using System.Text;
using Tspm.Client.Output;
using Tspm.Storage;

namespace Tspm.Client;

/// <summary>The line that a daemon has left about a migration: said once, by the first command that finds it. Costs one look for a file.</summary>
internal static class MigrationNotice
{
    const int MaxBytes = 64 << 10;

    public static void Tell(TspmHome home, OutputWriter errors)
    {
        var file = home.NoticeFile;
        if (Platform.RegularFile.Read(file, MaxBytes, out _) is not { } bytes) return;
        try
        {
            var line = Encoding.UTF8.GetString(bytes);
            // Whoever takes it away says it: several commands may be at it.
            var mine = $"{file}.{Environment.ProcessId}";
            File.Move(file, mine);
            File.Delete(mine);
            errors.WriteLine(ControlText.Escape(line.Trim()));
            errors.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else was first, or the home cannot be written: then the next one says it.
        }
    }
}
