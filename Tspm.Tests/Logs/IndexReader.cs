using Tspm.Logs.Files;
using Tspm.Logs.Index;

namespace Tspm.Tests.Logs;

/// <summary>Reads an index as its format says, without any of the product's recovery.</summary>
internal static class IndexReader
{
    public static List<LogIndexEntry> Read(string log)
    {
        var entries = new List<LogIndexEntry>();
        var bytes = File.ReadAllBytes(log + LogIndex.Suffix);
        for (var at = 0; at + LogIndexEntry.Size <= bytes.Length; at += LogIndexEntry.Size)
            if (LogIndexEntry.TryRead(bytes.AsSpan(at), out var entry)) entries.Add(entry);
        return entries;
    }

    /// <summary>
    /// Where each file begins: the positions of the last entries about files, as many as there are files.
    /// </summary>
    public static List<long> Begins(string log) =>
        [.. Read(log).Where(entry => entry.Kind == LogIndexKind.File).Select(entry => entry.Position)];

    /// <summary>In order of position and time, and about the files that are there.</summary>
    public static async Task Check(string log)
    {
        var entries = Read(log);
        for (var i = 1; i < entries.Count; i++)
        {
            await Assert.That(entries[i].Position).IsGreaterThanOrEqualTo(entries[i - 1].Position);
            await Assert.That(entries[i].UnixMilliseconds).IsGreaterThanOrEqualTo(entries[i - 1].UnixMilliseconds);
        }
        var begins = Begins(log);
        var sizes = RotatedLogs.OldestFirst(log).Select(RotatedLogs.BytesOf).ToList();
        var expected = begins[^1];
        for (var back = 1; back <= sizes.Count; back++)
        {
            expected -= sizes[^back];
            await Assert.That(begins[^(back + 1)]).IsEqualTo(expected).Because($"file {back} of {sizes.Count}");
        }
    }
}
