using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Tspm.Libc;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Files;

/// <summary>
/// One old log on its way to <c>.gz</c>: written under a temporary name, made durable, given the log's own times, and
/// put in the place of the plain one. The plain one is found again by what it is, because rotations give it other
/// numbers meanwhile.
/// </summary>
internal sealed class LogCompression : IDisposable
{
    /// <summary>On the stack: on the heap, hundreds of files in a row would be megabytes of garbage.</summary>
    const int BlockBytes = 32 << 10;
    const UnixFileMode Modes = (UnixFileMode)0xfff;

    /// <summary>The size at the end of a gzip file has 32 bits, and positions are computed from it.</summary>
    const long LargestBytes = uint.MaxValue;

    readonly LogFile _log;
    readonly LogWay _folder;
    readonly string _temporary;
    readonly SafeFileHandle _source;
    readonly FileStatus _status;

    LogCompression(LogFile log, LogWay folder, SafeFileHandle source, in FileStatus status)
    {
        (_log, _folder, _source, _status) = (log, folder, source, status);
        _temporary = folder.At(log.Path) + RotatedLogs.Compressed + ".tmp";
    }

    /// <summary>
    /// The oldest file that is still plain; null: there is none to be compressed. On the pump's thread.
    /// </summary>
    public static LogCompression? Begin(LogFile log, int firstNumber)
    {
        if (LogWay.ToFolderOf(log.Path) is not { } folder) return null;
        var found = Find(log, folder, firstNumber);
        if (found is null) folder.Dispose();
        return found;
    }

    static LogCompression? Find(LogFile log, LogWay folder, int firstNumber)
    {
        var path = folder.At(log.Path);
        var name = new OldFileName(path);
        for (var number = RotatedLogs.Count(path); number >= firstNumber; number--)
        {
            if (name.LookAndTidy(number) != OldFile.Plain) continue;
            if (name.Status(out var status) != 0 || !status.IsRegularFile || status.Size > LargestBytes) continue;
            const int reading = Fcntl.O_RDONLY | Fcntl.O_NONBLOCK;
            using var source = Descriptors.Open(name.ToString(), reading | Fcntl.O_NOFOLLOW);
            if (!source.IsOpen) return null;
            var isSame = SysStat.fstat(source.Number, out var opened) == 0 && opened.IsSameFile(status);
            return isSame ? new LogCompression(log, folder, source.ToFileHandle(), status) : null;
        }
        return null;
    }

    /// <summary>On the low-priority thread. Throws IOException; the plain file stays then.</summary>
    public void Run(CancellationToken ended)
    {
        try
        {
            // One that is there was left by a daemon that died, or is a trap.
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

    /// <summary>On the pump's thread. False: the plain file is gone (emptied, too old by now).</summary>
    public bool PutInPlace()
    {
        // The pump is ending, and this was given up.
        if (!_folder.IsOpen) return false;
        // Renamed meanwhile, it is still in this folder.
        var name = new OldFileName(_folder.At(_log.Path));
        for (var number = 1; name.Look(number) != OldFile.None; number++)
        {
            if (name.Status(out var status) != 0 || !status.IsSameFile(_status)) continue;
            var file = name.ToString();
            // Whoever is killed between the two leaves both, and the compressed one is whole.
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
