using System.Text.Json;
using Tspm.Model.State;

namespace Tspm.Storage;

/// <summary>
/// Reads and writes the guardian's note about daemon deaths. Neither direction reports errors, because nothing depends
/// on the note: it only explains.
/// </summary>
internal static class DaemonDeathsFile
{
    /// <summary>Many times the size of a real note.</summary>
    const int MaxBytes = 64 * 1024;

    /// <summary>Replaces the note atomically. Errors are ignored.</summary>
    public static void Write(TspmHome home, DaemonDeathsNote note)
    {
        try
        {
            AtomicFile.Write(home.DaemonDeathsFile,
                JsonSerializer.SerializeToUtf8Bytes(note, StorageJson.Compact.DaemonDeathsNote), durable: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk is full, or the home was removed.
        }
    }

    /// <summary>Reads the note.</summary>
    /// <returns>Null if there is no note, or it cannot be read.</returns>
    public static DaemonDeathsNote? Read(TspmHome home)
    {
        try
        {
            var bytes = Platform.RegularFile.Read(home.DaemonDeathsFile, MaxBytes, out _);
            return bytes is null ? null : JsonSerializer.Deserialize(bytes, StorageJson.Compact.DaemonDeathsNote);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
