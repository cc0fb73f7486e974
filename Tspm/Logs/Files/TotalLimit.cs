using Tspm.Libc;

namespace Tspm.Logs.Files;

/// <summary>
/// <c>logsTotalMaxBytes</c>: what all logs in a folder together may take; beyond it, the oldest rotated files go.
/// </summary>
internal sealed class TotalLimit(string folder, long maxBytes)
{
    /// <summary>A rotated file, as it was found.</summary>
    internal sealed class Rotated(string path, int number, in FileStatus status)
    {
        readonly FileStatus _status = status;
        readonly int _number = number;

        public string Path => path;

        public long Bytes => _status.Size;

        /// <summary>Still the same file, whatever rotations did meanwhile.</summary>
        public bool IsStillThereIn(LogWay folder) =>
            SysStat.lstat(folder.At(path), out var now) == 0 && now.IsSameFile(_status);

        /// <summary>Of two that were written last at the same time, the higher number is older.</summary>
        public bool IsOlderThan(Rotated other) =>
            _status.Modified != other._status.Modified
                ? _status.Modified < other._status.Modified
                : _number > other._number;
    }

    /// <summary>Which files have to go. Reads the folder, so not on the pump's thread.</summary>
    public List<Rotated> Choose()
    {
        long total = 0;
        var rotated = new List<Rotated>();
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            // A rotation goes on meanwhile, and names come and go.
            if (SysStat.lstat(path, out var status) != 0) continue;
            total += status.Size;
            if (NumberOf(path) is > 0 and var number) rotated.Add(new Rotated(path, number, status));
        }
        rotated.Sort(static (a, b) => a.IsOlderThan(b) ? -1 : b.IsOlderThan(a) ? 1 : 0);
        var count = 0;
        while (total > maxBytes && count < rotated.Count) total -= rotated[count++].Bytes;
        rotated.RemoveRange(count, rotated.Count - count);
        return rotated;
    }

    /// <summary>The number of a rotated log; 0: another file.</summary>
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
