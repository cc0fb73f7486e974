using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Writing;

/// <summary>
/// How many bytes each log has lost that are not told in it yet. In a file in memory (man 2 memfd_create) which the
/// guardian keeps and gives to the next daemon: the disk that has no room for the output has none for this. Used by the
/// pump's thread only.
/// </summary>
internal sealed class DropLedger : IDisposable
{
    /// <summary>The hash of a path, and a count. Places whose count is 0 are free.</summary>
    const int EntryBytes = 16;

    readonly IDescriptorStore? _store;
    readonly List<ulong> _keys = [];
    readonly List<long> _counts = [];
    Descriptor _file;

    /// <summary>
    /// The guardian has it, for as long as something is written in it: a guardian whose store is empty may end when its
    /// daemon cannot start.
    /// </summary>
    bool _isStored;

    DropLedger(IDescriptorStore? store, Descriptor file)
    {
        (_store, _file, _isStored) = (store, file, file.IsOpen);
        Span<byte> entry = stackalloc byte[EntryBytes];
        while (Read(entry))
        {
            _keys.Add(BinaryPrimitives.ReadUInt64LittleEndian(entry));
            _counts.Add(BinaryPrimitives.ReadInt64LittleEndian(entry[8..]));
        }
    }

    /// <summary>For files that nobody writes to for long.</summary>
    public static DropLedger None { get; } = new(null, default);

    /// <summary>
    /// The one that the guardian kept, which is taken out of these; else a new one, which it gets when there is
    /// something in it.
    /// </summary>
    public static DropLedger Inherit(Dictionary<DescriptorKey, Descriptor> returned, IDescriptorStore store) =>
        new(store, returned.Remove(DescriptorKey.DropCount, out var file) ? file : default);

    public long Of(string path) => Find(KeyOf(path)) is >= 0 and var at ? _counts[at] : 0;

    /// <summary>The log has another name now, and is not open.</summary>
    public void Rename(string from, string to)
    {
        if (Of(from) is not (> 0 and var count)) return;
        Put(to, count);
        Put(from, 0);
    }

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
        // Without one (no memory, an old kernel) the counts end with this daemon.
        if (!_file.IsOpen) _file = Descriptors.MemoryFile("tspm-dropped");
        if (!_file.IsOpen) return;
        Write(at);
        var isNeeded = _counts.Exists(static left => left > 0);
        if (isNeeded && !_isStored) _store.Store(DescriptorKey.DropCount, _file.Number);
        else if (!isNeeded && _isStored) _store.Remove(DescriptorKey.DropCount);
        _isStored = isNeeded;
    }

    /// <summary>What the guardian has of it stays there.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>-1: nothing is missing there.</summary>
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
