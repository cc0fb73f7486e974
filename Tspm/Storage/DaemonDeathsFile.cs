using System.Text.Json;
using Tspm.Model.State;

namespace Tspm.Storage;

/// <summary>
/// Reads and writes the guardian's note about daemon deaths. Neither way fails loudly: the note only explains.
/// </summary>
internal static class DaemonDeathsFile
{
    /// <summary>Many times what is ever written.</summary>
    const int MostBytes = 64 * 1024;

    /// <summary>Replaces the note, whole or not at all. What keeps it from being written is ignored.</summary>
    public static void Write(TspmHome home, DaemonDeathsNote note)
    {
        try
        {
            AtomicFile.Write(home.DaemonDeathsFile,
                JsonSerializer.SerializeToUtf8Bytes(note, StorageJson.Compact.DaemonDeathsNote), durable: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, or a home that was removed: nobody depends on the note.
        }
    }

    /// <summary>Null: there is none, or it cannot be read.</summary>
    public static DaemonDeathsNote? Read(TspmHome home)
    {
        try
        {
            var bytes = Platform.RegularFile.Read(home.DaemonDeathsFile, MostBytes, out _);
            return bytes is null ? null : JsonSerializer.Deserialize(bytes, StorageJson.Compact.DaemonDeathsNote);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
