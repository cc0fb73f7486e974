namespace Tspm.Config;

/// <summary>Why a file cannot be read: the path and the reason, ready to stand in a sentence.</summary>
internal sealed class TextFileException(string message) : Exception(message);

/// <summary>Reads files that users name: whole, bounded, with a plain reason when it does not work.</summary>
internal static class TextFile
{
    /// <summary>Throws <see cref="TextFileException"/>; the message starts with the path.</summary>
    public static byte[] ReadBytes(string path, int maxBytes)
    {
        if (path.Length == 0 || path.Contains('\0')) throw new TextFileException("has no usable path");
        if (Platform.RegularFile.Read(path, maxBytes, out var problem) is { } bytes) return bytes;
        throw new TextFileException(
            $"{path} {problem!.Words}"
                + (problem.IsStream ? "; copy its content into a regular file and use that" : ""));
    }
}
