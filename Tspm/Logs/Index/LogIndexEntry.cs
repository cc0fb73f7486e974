using System.Buffers.Binary;
using System.IO.Hashing;

namespace Tspm.Logs.Index;

/// <summary>The kinds of entries in a log's time index. The numbers are on disk and are never reused.</summary>
internal enum LogIndexKind : ushort
{
    /// <summary>
    /// A file begins at this position. Value: its inode number, by which an unrecorded rename is detected.
    /// </summary>
    File = 1,

    /// <summary>
    /// The bytes from this position up to the next entry were written by this run, and were read from the FIFO between
    /// this time and that of the next entry.
    /// </summary>
    Bytes = 2,

    /// <summary>A run began here. Value: the pid of its child.</summary>
    Started = 3,

    /// <summary>Bytes were dropped here because the disk was full. Value: their number.</summary>
    Dropped = 4,

    /// <summary>Rotation cut a line here, because it was longer than a file may be.</summary>
    CutLine = 5,
}

/// <summary>
/// One entry of a log's time index, <c>PATH.index</c>. The index is append-only and covers all files of a stream, in
/// order of position and time, so that a time is found by binary search. Each entry has 40 bytes (little-endian:
/// position, Unix milliseconds, run, value, kind, two bytes of zero, checksum); a torn or damaged entry is recognised
/// by its checksum. Positions count the bytes of the stream from its first one, across all rotations. An entry is
/// written before the bytes that it describes, so that no byte is without a time, at whatever instant the daemon is
/// killed.
/// </summary>
internal readonly record struct LogIndexEntry(LogIndexKind Kind, long Position, long UnixMilliseconds, ulong RunId,
    ulong Value)
{
    public const int Size = 40;

    const int ChecksumAt = 36;

    /// <summary>Writes the entry in the format of the index.</summary>
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

    /// <summary>Reads an entry in the format of the index.</summary>
    /// <returns>False if the bytes are not an intact entry.</returns>
    public static bool TryRead(ReadOnlySpan<byte> from, out LogIndexEntry entry)
    {
        entry = default;
        if (from.Length < Size) return false;
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(from[ChecksumAt..]);
        if (checksum != XxHash32.HashToUInt32(from[..ChecksumAt])) return false;
        entry = new LogIndexEntry(
            Kind: (LogIndexKind)BinaryPrimitives.ReadUInt16LittleEndian(from[32..]),
            Position: BinaryPrimitives.ReadInt64LittleEndian(from),
            UnixMilliseconds: BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
            RunId: BinaryPrimitives.ReadUInt64LittleEndian(from[16..]),
            Value: BinaryPrimitives.ReadUInt64LittleEndian(from[24..]));
        return true;
    }
}
