using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Writing;

/// <summary>
/// Counts for each log the dropped bytes that no notice in the log has reported yet. The counts are in a memory file
/// (man 2 memfd_create), which the guardian keeps and returns to the next daemon, because a disk that has no room for
/// the output has none for the counts either. Used by the pump's thread only.
/// </summary>
internal sealed class DropCounter : IDisposable
{
    /// <summary>Hash of a path, and a count. Entries with the count 0 are free.</summary>
    const int EntryBytes = 16;

    readonly IDescriptorStore? _store;
    readonly List<ulong> _keys = [];
    readonly List<long> _counts = [];
    Descriptor _file;

    /// <summary>
    /// Whether the guardian has the file. It gets it only while there are counts, because a guardian with an empty
    /// store may end if its daemon cannot start.
    /// </summary>
    bool _isStored;

    DropCounter(IDescriptorStore? store, Descriptor file)
    {
        (_store, _file, _isStored) = (store, file, file.IsOpen);
        Span<byte> entry = stackalloc byte[EntryBytes];
        while (Read(entry))
        {
            _keys.Add(BinaryPrimitives.ReadUInt64LittleEndian(entry));
            _counts.Add(BinaryPrimitives.ReadInt64LittleEndian(entry[8..]));
        }
    }

    /// <summary>A counter that records nothing, for files that are opened only briefly.</summary>
    public static DropCounter None { get; } = new(null, default);

    /// <summary>
    /// Continues with the counts of an earlier daemon, or creates a new one.
    /// </summary>
    /// <param name="returned">Descriptors from the guardian; the one with the counts is removed from it.</param>
    /// <param name="store">Keeps the file while it holds counts.</param>
    public static DropCounter Inherit(Dictionary<DescriptorKey, Descriptor> returned, IDescriptorStore store) =>
        new(store, returned.Remove(DescriptorKey.DropCount, out var file) ? file : default);

    /// <summary>The unreported bytes of a log.</summary>
    public long CountOf(string path) => Find(KeyOf(path)) is >= 0 and var at ? _counts[at] : 0;

    /// <summary>Moves the count of a log that was renamed while it was not open.</summary>
    public void Rename(string from, string to)
    {
        if (CountOf(from) is not (> 0 and var count)) return;
        Put(to, count);
        Put(from, 0);
    }

    /// <summary>Sets the unreported bytes of a log.</summary>
    public void Put(string path, long count)
    {
        if (_store is null) return;
        var key = KeyOf(path);
        var at = Find(key);
        if (at < 0 && count == 0) return;
        if (at < 0) at = _counts.IndexOf(0);
        if (at < 0)
        {
            at = _keys.Count;
            _keys.Add(0);
            _counts.Add(0);
        }
        (_keys[at], _counts[at]) = (key, count);
        // Without a memory file (no memory, an old kernel), the counts are lost with this daemon.
        if (!_file.IsOpen) _file = Descriptors.MemoryFile("tspm-dropped");
        if (!_file.IsOpen) return;
        Write(at);
        var isNeeded = _counts.Exists(static left => left > 0);
        if (isNeeded && !_isStored) _store.Store(DescriptorKey.DropCount, _file.Number);
        else if (!isNeeded && _isStored) _store.Remove(DescriptorKey.DropCount);
        _isStored = isNeeded;
    }

    /// <summary>Closes this daemon's descriptor; the guardian keeps its own.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>The number of the entry with this key and a count, or -1.</summary>
    int Find(ulong key)
    {
        for (var i = 0; i < _keys.Count; i++)
            if (_keys[i] == key && _counts[i] > 0) return i;
        return -1;
    }

    static ulong KeyOf(string path) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(path.AsSpan()));

    unsafe bool Read(Span<byte> entry)
    {
        fixed (byte* start = entry)
            return _file.IsOpen
                && Unistd.pread(_file.Number, start, EntryBytes, _keys.Count * (long)EntryBytes) == EntryBytes;
    }

    unsafe void Write(int at)
    {
        Span<byte> entry = stackalloc byte[EntryBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, _keys[at]);
        BinaryPrimitives.WriteInt64LittleEndian(entry[8..], _counts[at]);
        fixed (byte* start = entry) _ = Unistd.pwrite(_file.Number, start, EntryBytes, at * (long)EntryBytes);
    }
}
