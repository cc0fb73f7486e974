using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Tspm.Libc;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Files;

/// <summary>
/// Compresses one rotated log to <c>.gz</c>. The new file is written under a temporary name, gets the times of the log,
/// is made durable and then replaces the plain file. The plain file is found again by its inode, because rotations may
/// change its number meanwhile.
/// </summary>
internal sealed class LogCompression : IDisposable
{
    /// <summary>
    /// Size of the buffer, which is on the stack: on the heap, hundreds of files in a row would leave megabytes of
    /// garbage.
    /// </summary>
    const int BlockBytes = 32 << 10;
    const UnixFileMode Modes = (UnixFileMode)0xfff;

    /// <summary>
    /// Larger files are not compressed, because positions are computed from the 32-bit size in the trailer of a gzip
    /// file.
    /// </summary>
    const long MaxSizeBytes = uint.MaxValue;

    readonly LogFile _log;
    readonly SafeLogPath _folder;
    readonly string _temporary;
    readonly SafeFileHandle _source;
    readonly FileStatus _status;

    LogCompression(LogFile log, SafeLogPath folder, SafeFileHandle source, in FileStatus status)
    {
        (_log, _folder, _source, _status) = (log, folder, source, status);
        _temporary = folder.At(log.Path) + RotatedLogs.Compressed + ".tmp";
    }

    /// <summary>
    /// Opens the oldest file that is not compressed yet. Called on the pump's thread.
    /// </summary>
    /// <returns>Null if there is no file to compress.</returns>
    public static LogCompression? Begin(LogFile log, int firstNumber)
    {
        if (SafeLogPath.ToFolderOf(log.Path) is not { } folder) return null;
        var found = Find(log, folder, firstNumber);
        if (found is null) folder.Dispose();
        return found;
    }

    static LogCompression? Find(LogFile log, SafeLogPath folder, int firstNumber)
    {
        var path = folder.At(log.Path);
        var name = new RotatedLogPathBuffer(path);
        for (var number = RotatedLogs.Count(path); number >= firstNumber; number--)
        {
            if (name.SelectAndTidy(number) != RotatedLogKind.Plain) continue;
            if (name.Status(out var status) != 0 || !status.IsRegularFile || status.Size > MaxSizeBytes) continue;
            const int reading = Fcntl.O_RDONLY | Fcntl.O_NONBLOCK;
            using var source = Descriptors.Open(name.ToString(), reading | Fcntl.O_NOFOLLOW);
            if (!source.IsOpen) return null;
            var isSame = SysStat.fstat(source.Number, out var opened) == 0 && opened.IsSameFile(status);
            return isSame ? new LogCompression(log, folder, source.ToFileHandle(), status) : null;
        }
        return null;
    }

    /// <summary>
    /// Writes the compressed file. Called on the low-priority thread. Throws IOException; the plain file is kept then.
    /// </summary>
    public void Run(CancellationToken ended)
    {
        try
        {
            // An existing file was left by a daemon that died, or is a trap.
            _ = Unistd.unlink(_temporary);
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = (UnixFileMode)_status.Mode & Modes,
            };
            using var target = new FileStream(_temporary, options);
            using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true)) Copy(gzip, ended);
            File.SetLastWriteTimeUtc(target.SafeFileHandle, _status.Modified.UtcDateTime);
            RandomAccess.FlushToDisk(target.SafeFileHandle);
        }
        catch
        {
            _ = Unistd.unlink(_temporary);
            throw;
        }
    }

    void Copy(Stream target, CancellationToken ended)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        for (long at = 0; RandomAccess.Read(_source, block, at) is var count and > 0; at += count)
        {
            ended.ThrowIfCancellationRequested();
            Platform.FileSystem.Write(target, block[..count]);
        }
    }

    /// <summary>Replaces the plain file. Called on the pump's thread.</summary>
    /// <returns>False if the plain file is gone, because it was flushed or was too old.</returns>
    public bool PutInPlace()
    {
        // The pump is ending, and the compression was abandoned.
        if (!_folder.IsOpen) return false;
        // A log that was renamed meanwhile is still in this folder.
        var name = new RotatedLogPathBuffer(_folder.At(_log.Path));
        for (var number = 1; name.Select(number) != RotatedLogKind.None; number++)
        {
            if (name.Status(out var status) != 0 || !status.IsSameFile(_status)) continue;
            var file = name.ToString();
            // A kill between the two calls leaves both files, and the compressed one is complete.
            return Unistd.rename(_temporary, file + RotatedLogs.Compressed) == 0 && Unistd.unlink(file) == 0;
        }
        _ = Unistd.unlink(_temporary);
        return false;
    }

    public void Dispose()
    {
        _source.Dispose();
        _folder.Dispose();
    }
}
