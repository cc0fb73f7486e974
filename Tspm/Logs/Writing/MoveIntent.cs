using System.Buffers.Binary;
using System.Text;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Writing;

/// <summary>What a <see cref="TeeMover"/> was about to do.</summary>
/// <param name="Fifo">Path of the FIFO that the bytes come from.</param>
/// <param name="Log">Path of the file that they go to.</param>
/// <param name="Offset">Where in it the first one goes.</param>
/// <param name="Count">How many they are.</param>
internal readonly record struct IntendedMove(string Fifo, string Log, long Offset, int Count);

/// <summary>
/// A file that says which bytes of a FIFO are being copied, until they are taken: whoever comes after a killed daemon
/// knows what to look at (<see cref="InterruptedMove"/>). It is written in place, by one system call that a signal
/// cannot cut in two, and never synced: after a power cut there are no FIFOs either. Used by the pump's thread only.
/// </summary>
/// <param name="path">Made when it is first needed.</param>
internal sealed unsafe class MoveIntent(string path) : IDisposable
{
    const int Mode = 0x180; // 0600

    /// <summary>An open intent begins with it, a closed one with 0.</summary>
    const uint IsOpen = 0x314d5354; // "TSM1"

    /// <summary>Mark (4), count (4), offset (8), length of each path (2, 2).</summary>
    const int HeaderBytes = 20;

    /// <summary>One page: no file system divides a write into it.</summary>
    const int MostBytes = 4096;

    byte[] _record = [];
    string? _fifo, _log;
    Descriptor _descriptor;

    /// <summary>False: it could not be written, and counts as closed.</summary>
    public bool Open(in IntendedMove move)
    {
        if (!_descriptor.IsOpen)
            _descriptor = Descriptors.Open(path, Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_NOFOLLOW, Mode);
        if (!_descriptor.IsOpen) return false;
        // The same two for thousands of moves.
        if (!ReferenceEquals(_fifo, move.Fifo) || !ReferenceEquals(_log, move.Log)) Name(move.Fifo, move.Log);
        if (_record.Length > MostBytes) return false;
        BinaryPrimitives.WriteInt32LittleEndian(_record.AsSpan(4), move.Count);
        BinaryPrimitives.WriteInt64LittleEndian(_record.AsSpan(8), move.Offset);
        fixed (byte* start = _record)
            return Unistd.pwrite(_descriptor.Number, start, (nuint)_record.Length, 0) == _record.Length;
    }

    /// <summary>All is done. False: that could not be written.</summary>
    public bool Close()
    {
        uint mark = 0;
        return Unistd.pwrite(_descriptor.NumberOrNone, &mark, sizeof(uint), 0) == sizeof(uint);
    }

    /// <summary>The one that is open; null: none is.</summary>
    public static IntendedMove? Read(string path)
    {
        if (Platform.RegularFile.Read(path, 2 * MostBytes, out _) is not { } bytes) return null;
        var record = bytes.AsSpan();
        if (record.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(record) != IsOpen) return null;
        var (count, offset) = (BinaryPrimitives.ReadInt32LittleEndian(record[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[8..]));
        int fifo = BinaryPrimitives.ReadUInt16LittleEndian(record[16..]),
            log = BinaryPrimitives.ReadUInt16LittleEndian(record[18..]);
        if (count <= 0 || offset < 0 || record.Length < HeaderBytes + fifo + log) return null;
        var names = record[HeaderBytes..];
        return new IntendedMove(Encoding.UTF8.GetString(names[..fifo]), Encoding.UTF8.GetString(names.Slice(fifo, log)),
            offset, count);
    }

    /// <summary>Removes the file: nothing is intended.</summary>
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
        BinaryPrimitives.WriteUInt32LittleEndian(_record, IsOpen);
        BinaryPrimitives.WriteUInt16LittleEndian(_record.AsSpan(16), (ushort)fifoBytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(_record.AsSpan(18), (ushort)logBytes.Length);
    }
}
