using System.Buffers.Binary;
using System.Text;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Writing;

/// <summary>A move that a <see cref="TeeMover"/> is about to make.</summary>
/// <param name="Fifo">Path of the FIFO.</param>
/// <param name="Log">Path of the file.</param>
/// <param name="Offset">Offset in the file of the first byte.</param>
/// <param name="Count">Number of bytes.</param>
internal readonly record struct IntendedMove(string Fifo, string Log, long Offset, int Count);

/// <summary>
/// A file that records which bytes of a FIFO are being copied, until they are removed from the FIFO. After a kill, the
/// next daemon knows by it what to check (<see cref="InterruptedMove"/>). The file is written in place, by a single
/// system call, which a signal cannot divide. It is never synced, because the FIFOs do not survive a power cut either.
/// Used by the pump's thread only.
/// </summary>
/// <param name="path">Path of the file, which is created when it is first needed.</param>
internal sealed unsafe class TeeJournal(string path) : IDisposable
{
    const int Mode = 0x180; // 0600

    /// <summary>The first bytes of an open intent; a closed one starts with 0.</summary>
    const uint OpenMark = 0x314d5354; // "TSM1"

    /// <summary>Mark (4 bytes), count (4), offset (8), length of each path (2, 2).</summary>
    const int HeaderBytes = 20;

    /// <summary>One page, because no file system divides a write within a page.</summary>
    const int MaxBytes = 4096;

    byte[] _record = [];
    string? _fifo, _log;
    Descriptor _descriptor;

    /// <summary>Records a move.</summary>
    /// <returns>False if it could not be recorded; then the move must not be made.</returns>
    public bool Open(in IntendedMove move)
    {
        if (!_descriptor.IsOpen)
            _descriptor = Descriptors.Open(path, Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_NOFOLLOW, Mode);
        if (!_descriptor.IsOpen) return false;
        // Thousands of moves in a row have the same two paths.
        if (!ReferenceEquals(_fifo, move.Fifo) || !ReferenceEquals(_log, move.Log)) Name(move.Fifo, move.Log);
        if (_record.Length > MaxBytes) return false;
        BinaryPrimitives.WriteInt32LittleEndian(_record.AsSpan(4), move.Count);
        BinaryPrimitives.WriteInt64LittleEndian(_record.AsSpan(8), move.Offset);
        fixed (byte* start = _record)
            return Unistd.pwrite(_descriptor.Number, start, (nuint)_record.Length, 0) == _record.Length;
    }

    /// <summary>Records that the move is complete.</summary>
    /// <returns>False if that could not be recorded.</returns>
    public bool Close()
    {
        uint mark = 0;
        return Unistd.pwrite(_descriptor.NumberOrNone, &mark, sizeof(uint), 0) == sizeof(uint);
    }

    /// <summary>Reads the move that was in progress.</summary>
    /// <returns>Null if there was none.</returns>
    public static IntendedMove? Read(string path)
    {
        if (Platform.RegularFile.Read(path, 2 * MaxBytes, out _) is not { } bytes) return null;
        var record = bytes.AsSpan();
        if (record.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(record) != OpenMark) return null;
        var count = BinaryPrimitives.ReadInt32LittleEndian(record[4..]);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(record[8..]);
        int fifo = BinaryPrimitives.ReadUInt16LittleEndian(record[16..]);
        int log = BinaryPrimitives.ReadUInt16LittleEndian(record[18..]);
        if (count <= 0 || offset < 0 || record.Length < HeaderBytes + fifo + log) return null;
        var names = record[HeaderBytes..];
        return new IntendedMove(Encoding.UTF8.GetString(names[..fifo]), Encoding.UTF8.GetString(names.Slice(fifo, log)),
            offset, count);
    }

    /// <summary>Removes the file once no move is in progress.</summary>
    public void Dispose()
    {
        if (!_descriptor.IsOpen) return;
        _ = Unistd.unlink(path);
        _descriptor.Dispose();
    }

    void Name(string fifo, string log)
    {
        (_fifo, _log) = (fifo, log);
        var (fifoBytes, logBytes) = (Encoding.UTF8.GetBytes(fifo), Encoding.UTF8.GetBytes(log));
        _record = [.. stackalloc byte[HeaderBytes], .. fifoBytes, .. logBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(_record, OpenMark);
        BinaryPrimitives.WriteUInt16LittleEndian(_record.AsSpan(16), (ushort)fifoBytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(_record.AsSpan(18), (ushort)logBytes.Length);
    }
}
