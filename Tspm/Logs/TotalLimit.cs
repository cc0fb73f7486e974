namespace Tspm.Logs;

/// <summary><c>logsTotalMaxBytes</c>: what all logs in a folder together may take; beyond it, the oldest rotated files go.</summary>
internal sealed record TotalLimit(string Folder, long MaxBytes)
{
    /// <summary>A rotated file, as it was found.</summary>
    internal sealed class Rotated(FileInfo file, int number) : IComparable<Rotated>
    {
        public string Path => file.FullName;
        public long Bytes => file.Length;
        public DateTime LastWrite => file.LastWriteTimeUtc;
        public int CompareTo(Rotated? other) => LastWrite != other!.LastWrite ? LastWrite.CompareTo(other.LastWrite) : other.Number.CompareTo(number);
        int Number => number;
    }

    /// <summary>Which files have to go, oldest first. Reads the folder, so not on the pump's thread.</summary>
    public List<Rotated> Choose()
    {
        long total = 0;
        var rotated = new List<Rotated>();
        foreach (var file in new DirectoryInfo(Folder).EnumerateFiles())
        {
            // A rotation goes on meanwhile, and names come and go.
            if (!file.Exists) continue;
            total += file.Length;
            if (NumberOf(file.Name) is { } number) rotated.Add(new Rotated(file, number));
        }
        rotated.Sort();
        var count = 0;
        while (total > MaxBytes && count < rotated.Count) total -= rotated[count++].Bytes;
        rotated.RemoveRange(count, rotated.Count - count);
        return rotated;
    }

    /// <summary>The number of a rotated log; null: another file.</summary>
    static int? NumberOf(string name)
    {
        var stem = name.EndsWith(RotatedLogs.Compressed, StringComparison.Ordinal) ? name[..^RotatedLogs.Compressed.Length] : name;
        var dot = stem.LastIndexOf('.');
        return dot > 0 && stem[..dot].EndsWith(".log", StringComparison.Ordinal) && int.TryParse(stem.AsSpan(dot + 1), out var number) && number > 0 ? number : null;
    }
}
