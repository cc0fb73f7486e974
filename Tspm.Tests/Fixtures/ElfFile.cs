using System.Buffers.Binary;

namespace Tspm.Tests.Fixtures;

/// <summary>The program headers and the dynamic section of a 64-bit little-endian ELF file (man 5 elf).</summary>
internal sealed class ElfFile
{
    const uint Load = 1, Dynamic = 2, Relro = 0x6474e552;
    const long DynamicFlags1 = 0x6ffffffb, Now = 1;

    /// <summary>The permissions of a segment.</summary>
    [Flags]
    public enum Permissions
    {
        Execute = 1,
        Write = 2,
        Read = 4,
    }

    readonly byte[] _bytes;
    readonly List<(uint Type, Permissions Flags, long Offset, long Size)> _segments = [];

    public ElfFile(string path)
    {
        _bytes = File.ReadAllBytes(path);
        if (!_bytes.AsSpan(0, 6).SequenceEqual((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            throw new InvalidDataException($"{path} is not a 64-bit little-endian ELF file");
        var (at, size, count) = ((int)Xword(32), Half(54), Half(56));
        for (var i = 0; i < count; i++, at += size)
            _segments.Add((Word(at), (Permissions)Word(at + 4), Xword(at + 8), Xword(at + 32)));
    }

    /// <summary>The permissions of everything that is mapped.</summary>
    public List<Permissions> Mapped =>
        [.. _segments.Where(static segment => segment.Type == Load).Select(static segment => segment.Flags)];

    /// <summary>Addresses of functions are all resolved at the start, and cannot be changed after it.</summary>
    public bool HasFullRelro =>
        _segments.Exists(static segment => segment.Type == Relro) && (FlagsOne() & Now) != 0;

    long FlagsOne()
    {
        var (_, _, offset, size) = _segments.Find(static segment => segment.Type == Dynamic);
        for (var at = (int)offset; at < offset + size; at += 16)
            if (Xword(at) == DynamicFlags1) return Xword(at + 8);
        return 0;
    }

    ushort Half(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(at));

    uint Word(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at));

    long Xword(int at) => BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(at));
}
