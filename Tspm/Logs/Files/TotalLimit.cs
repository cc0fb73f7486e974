using Tspm.Libc;

namespace Tspm.Logs.Files;

/// <summary>
/// <c>logsTotalMaxBytes</c>: the total size of all logs in a folder. Beyond it, the oldest rotated files are removed.
/// </summary>
internal sealed class TotalLimit(string folder, long maxBytes)
{
    /// <summary>A rotated file that was found in the folder.</summary>
    internal sealed class Rotated(string path, int number, in FileStatus status)
    {
        readonly FileStatus _status = status;
        readonly int _number = number;

        public string Path => path;

        public long Bytes => _status.Size;

        /// <summary>Whether the path still leads to the same file, which rotations may have renamed.</summary>
        public bool IsStillThereIn(SafeLogPath folder) =>
            SysStat.lstat(folder.At(path), out var now) == 0 && now.IsSameFile(_status);

        /// <summary>Compares the times of the last write; if they are equal, the higher number is older.</summary>
        public bool IsOlderThan(Rotated other) =>
            _status.Modified != other._status.Modified
                ? _status.Modified < other._status.Modified
                : _number > other._number;
    }

    /// <summary>Chooses the files to remove. Reads the folder, so it must not be called on the pump's thread.</summary>
    public List<Rotated> Choose()
    {
        long total = 0;
        var rotated = new List<Rotated>();
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            // The file may have been renamed or removed by a rotation meanwhile.
            if (SysStat.lstat(path, out var status) != 0) continue;
            total += status.Size;
            if (NumberOf(path) is > 0 and var number) rotated.Add(new Rotated(path, number, status));
        }
        var chosen = new List<Rotated>();
        foreach (var oldest in rotated.Order(OldestFirst))
        {
            if (total <= maxBytes) break;
            total -= oldest.Bytes;
            chosen.Add(oldest);
        }
        return chosen;
    }

    static readonly Comparer<Rotated> OldestFirst = Comparer<Rotated>.Create(static (a, b) =>
    {
        if (a.IsOlderThan(b)) return -1;
        return b.IsOlderThan(a) ? 1 : 0;
    });

    /// <summary>The number of a rotated log file; 0 for any other file.</summary>
    static int NumberOf(string path)
    {
        var stem = path.EndsWith(RotatedLogs.Compressed, StringComparison.Ordinal)
            ? path[..^RotatedLogs.Compressed.Length]
            : path;
        var dot = stem.LastIndexOf('.');
        return dot > 0 && stem.AsSpan(0, dot).EndsWith(".log") && int.TryParse(stem.AsSpan(dot + 1), out var number)
            ? number
            : 0;
    }
}
