namespace Tspm.Storage;

/// <summary>
/// Replaces files atomically: a reader sees the old content or the new content, never a mix. With <c>durable</c>, the
/// content is on disk when the call returns (fsync of the file, rename, fsync of the folder, because fsync of a file
/// does not make its directory entry durable: man 2 fsync).
/// </summary>
internal static class AtomicFile
{
    /// <summary>
    /// Replaces <paramref name="path"/>. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>;
    /// the old content is intact in that case.
    /// </summary>
    public static void Write(string path, ReadOnlySpan<byte> content, bool durable)
    {
        var temporary = path + ".tmp";
        WriteNew(temporary, content, durable);
        File.Move(temporary, path, overwrite: true);
        if (durable) SyncFolder(path);
    }

    /// <summary>Writes a file that has no readers yet, so it need not appear all at once.</summary>
    public static void WriteNew(string path, ReadOnlySpan<byte> content, bool durable)
    {
        using var file = new FileStream(Platform.FileSystem.CreateOwnerOnly(path), FileAccess.Write, bufferSize: 0);
        Platform.FileSystem.Write(file, content);
        if (durable) RandomAccess.FlushToDisk(file.SafeFileHandle);
    }

    /// <summary>Makes creations and renames in the folder of <paramref name="path"/> durable.</summary>
    public static void SyncFolder(string path) => Platform.FileSystem.SyncFolder(Path.GetDirectoryName(path)!);
}
