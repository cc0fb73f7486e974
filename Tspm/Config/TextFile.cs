namespace Tspm.Config;

/// <summary>Thrown when a file cannot be read. The message starts with the path and fits into a sentence.</summary>
internal sealed class TextFileException(string message) : Exception(message);

/// <summary>
/// Reads files that users name: as a whole, up to a maximum size, and with a plain reason if that fails.
/// </summary>
internal static class TextFile
{
    /// <summary>Reads a file. Throws <see cref="TextFileException"/>.</summary>
    public static byte[] ReadBytes(string path, int maxBytes)
    {
        if (path.Length == 0 || path.Contains('\0')) throw new TextFileException("has no usable path");
        if (Platform.RegularFile.Read(path, maxBytes, out var problem) is { } bytes) return bytes;
        throw new TextFileException(
            $"{path} {problem!.Words}"
                + (problem.IsStream ? "; copy its content into a regular file and use that" : ""));
    }
}
