using System.Buffers.Binary;
using System.IO.Hashing;

namespace Tspm.Logs.Index;

/// <summary>What an entry of a log's time index says. Numbers are on disk: they are never reused.</summary>
internal enum LogIndexKind : ushort
{
    /// <summary>
    /// A file begins at this position. Value: its inode number, by which a rename that was not written down is seen.
    /// </summary>
    File = 1,

    /// <summary>
    /// From this position on, bytes were taken from the FIFO at this time (or up to the next entry), and the run wrote
    /// them.
    /// </summary>
    Bytes = 2,

    /// <summary>A run began. Value: its pid.</summary>
    Started = 3,

    /// <summary>So many bytes were thrown away here because the disk was full. Value: the count.</summary>
    Dropped = 4,

    /// <summary>Rotation had to cut a line here, because it was longer than a file may be.</summary>
    CutLine = 5,
}

/// <summary>
/// One entry of a log's time index, <c>PATH.index</c>: append-only, one for all files of a stream, in order of position
/// and time, each entry 40 bytes (little-endian: position, Unix milliseconds, run, value, kind, two bytes of zero,
/// checksum), so that a time is found by binary search and a torn or damaged entry is known by its checksum. Positions
/// count the bytes of the stream since its first one, over all rotations. An entry is written before the bytes it
/// speaks of: whatever instant the daemon is killed at, no byte is without a time.
/// </summary>
internal readonly record struct LogIndexEntry(LogIndexKind Kind, long Position, long UnixMilliseconds, ulong RunId,
    ulong Value)
{
    public const int Size = 40;

    const int ChecksumAt = 36;

    public void Write(Span<byte> into)
    {
        BinaryPrimitives.WriteInt64LittleEndian(into, Position);
        BinaryPrimitives.WriteInt64LittleEndian(into[8..], UnixMilliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(into[16..], RunId);
        BinaryPrimitives.WriteUInt64LittleEndian(into[24..], Value);
        BinaryPrimitives.WriteUInt16LittleEndian(into[32..], (ushort)Kind);
        BinaryPrimitives.WriteUInt16LittleEndian(into[34..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(into[ChecksumAt..], XxHash32.HashToUInt32(into[..ChecksumAt]));
    }

    /// <summary>False: these bytes are no entry.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out LogIndexEntry entry)
    {
        entry = default;
        if (from.Length < Size
            || BinaryPrimitives.ReadUInt32LittleEndian(from[ChecksumAt..]) != XxHash32.HashToUInt32(
                from[..ChecksumAt])) return false;
        entry = new LogIndexEntry(
            (LogIndexKind)BinaryPrimitives.ReadUInt16LittleEndian(from[32..]),
                BinaryPrimitives.ReadInt64LittleEndian(from),
            BinaryPrimitives.ReadInt64LittleEndian(from[8..]), BinaryPrimitives.ReadUInt64LittleEndian(from[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(from[24..]));
        return true;
    }
}
