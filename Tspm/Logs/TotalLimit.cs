namespace Tspm.Logs;

/// <summary><c>logsTotalMaxBytes</c>: what all logs in a folder together may take; beyond it, the oldest rotated files go.</summary>
internal sealed record TotalLimit(string Folder, long MaxBytes)
{
    /// <summary>A rotated file, as it was found.</summary>
    internal readonly record struct Victim(string Path, DateTime LastWrite);

    /// <summary>Which files have to go, oldest first. Reads the folder, so not on the pump's thread.</summary>
    public List<Victim> Choose()
    {
        long total = 0;
        var rotated = new List<(string Path, int Number, DateTime LastWrite, long Bytes)>();
        foreach (var file in new DirectoryInfo(Folder).EnumerateFiles())
        {
            total += file.Length;
            if (NumberOf(file.Name) is { } number) rotated.Add((file.FullName, number, file.LastWriteTimeUtc, file.Length));
        }
        rotated.Sort(static (a, b) => a.LastWrite != b.LastWrite ? a.LastWrite.CompareTo(b.LastWrite) : b.Number.CompareTo(a.Number));
        var victims = new List<Victim>();
        foreach (var file in rotated)
        {
            if (total <= MaxBytes) break;
            total -= file.Bytes;
            victims.Add(new Victim(file.Path, file.LastWrite));
        }
        return victims;
    }

    /// <summary>The number of a rotated log; null: another file.</summary>
    static int? NumberOf(string name)
    {
        var stem = name.EndsWith(RotatedLogs.Compressed, StringComparison.Ordinal) ? name[..^RotatedLogs.Compressed.Length] : name;
        var dot = stem.LastIndexOf('.');
        return dot > 0 && stem[..dot].EndsWith(".log", StringComparison.Ordinal) && int.TryParse(stem.AsSpan(dot + 1), out var number) && number > 0 ? number : null;
    }
}
