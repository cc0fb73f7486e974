using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Json;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Storage;

/// <summary>
/// Keeps one run record in two files that are written alternately, each with a sequence number and a checksum. At
/// whatever instant the daemon is killed, one of the files is intact. Writing and renaming would not do: a rename over
/// an existing file makes ext4 flush the data at once (mount option auto_da_alloc), which costs milliseconds of a
/// restart that should take three. Layout: 8 bytes sequence, 8 bytes checksum (XxHash3 of sequence, length and text),
/// 8 bytes length, then JSON.
/// </summary>
internal sealed class RunRecordSlots((string First, string Second) paths)
{
    const int HeaderBytes = 24;

    /// <summary>Many times the size of a config and an environment.</summary>
    const int MaxBytes = 64 << 20;

    ulong _sequence;
    bool _known;

    /// <summary>Overwrites the slot that holds the older record.</summary>
    /// <param name="record">The record to write.</param>
    /// <param name="asFormat1">Whether to write format 1, see <see cref="RunRecordFormat1"/>.</param>
    /// <returns>Null if the record was written, else the reason why it was not.</returns>
    public string? Write(RunRecord record, bool asFormat1 = false)
    {
        if (!_known) Read();
        var text = asFormat1
            ? JsonSerializer.SerializeToUtf8Bytes(RunRecordFormat1.Write(record), StorageJson.Compact.RunRecordV1)
            : JsonSerializer.SerializeToUtf8Bytes(record, StorageJson.Compact.RunRecord);
        var bytes = new byte[HeaderBytes + text.Length];
        text.CopyTo(bytes, HeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, _sequence + 1);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), (ulong)text.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), ChecksumOf(bytes, text.Length));
        var problem = FileSystem.WriteInPlace(PathOf(_sequence + 1), bytes);
        if (problem is null) _sequence++;
        return problem;
    }

    /// <summary>Reads the newest intact record.</summary>
    /// <returns>Null if neither slot has one.</returns>
    public RunRecord? Read()
    {
        _known = true;
        RunRecord? newest = null;
        _sequence = 0;
        foreach (var path in new[] { paths.First, paths.Second })
        {
            if (TryRead(path, out var sequence) is not { } record || sequence <= _sequence) continue;
            (newest, _sequence) = (record, sequence);
        }
        return newest;
    }

    /// <summary>Deletes both slots.</summary>
    /// <returns>Null if both are gone, else the reason why they are not.</returns>
    public string? Remove()
    {
        try
        {
            File.Delete(paths.First);
            File.Delete(paths.Second);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return FileSystem.Describe(e);
        }
    }

    string PathOf(ulong sequence) => sequence % 2 == 0 ? paths.First : paths.Second;

    static RunRecord? TryRead(string path, out ulong sequence)
    {
        sequence = 0;
        try
        {
            if (RegularFile.Read(path, MaxBytes, out _) is not { } bytes || bytes.Length < HeaderBytes) return null;
            var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(16));
            if (length > (ulong)(bytes.Length - HeaderBytes)) return null;
            if (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8)) != ChecksumOf(bytes, (int)length)) return null;
            sequence = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            return Parse(bytes.AsSpan(HeaderBytes, (int)length));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <returns>Null if members are missing that every version writes; the deserializer leaves them null.</returns>
    static RunRecord? Parse(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("{\"format\":"u8))
            return JsonSerializer.Deserialize(text, StorageJson.Compact.RunRecord) is
            { Common: { BootId: not null, Phase: not null, Next: not null } } record ? record : null;
        return JsonSerializer.Deserialize(text, StorageJson.Compact.RunRecordV1) is
        { BootId: not null, Phase: not null, Next: not null, Reason: not null } flat
                ? RunRecordFormat1.Read(flat)
                : null;
    }

    static ulong ChecksumOf(byte[] bytes, int length)
    {
        var hash = new XxHash3();
        hash.Append(bytes.AsSpan(0, 8));
        hash.Append(bytes.AsSpan(16, 8 + length));
        return hash.GetCurrentHashAsUInt64();
    }
}
