namespace Tspm.Config;

/// <summary>Why a file cannot be read: the path and the reason, ready to stand in a sentence.</summary>
internal sealed class TextFileException(string message) : Exception(message);

/// <summary>Reads files that users name: whole, bounded, with a plain reason when it does not work.</summary>
internal static class TextFile
{
    /// <summary>Most files fit into one; the daemon keeps no large buffers.</summary>
    const int ChunkBytes = 16 << 10;

    /// <summary>Throws <see cref="TextFileException"/>; the message starts with the path.</summary>
    public static byte[] ReadBytes(string path, int maxBytes)
    {
        if (path.Length == 0 || path.Contains('\0')) throw new TextFileException("has no usable path");
        if (Directory.Exists(path)) throw new TextFileException($"{path} is a directory, not a file");
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            using var whole = new MemoryStream();
            var chunk = new byte[ChunkBytes];
            while (file.Read(chunk) is var length and > 0)
            {
                whole.Write(chunk, 0, length);
                if (whole.Length > maxBytes) throw new TextFileException($"{path} is larger than {Model.ByteSize.Format(maxBytes)}");
            }
            return whole.ToArray();
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TextFileException($"{path} does not exist");
        }
        catch (UnauthorizedAccessException)
        {
            throw new TextFileException($"{path} cannot be read: permission denied");
        }
        catch (IOException)
        {
            // The framework's text is not in the trimmed executable.
            throw new TextFileException($"{path} cannot be read");
        }
    }
}
