using System.Buffers.Binary;

namespace Tspm.Platform.Facts;

/// <summary>Pads the end of a message for SHA-1 and SHA-256 (FIPS 180-4, section 5.1.1).</summary>
internal static class Padding
{
    const int BlockBytes = 64;

    /// <summary>Writes the last one or two blocks to <paramref name="tail"/>, and returns their ranges.</summary>
    /// <param name="rest">The rest of the message, which is less than a block.</param>
    /// <param name="length">The length of the whole message, in bytes.</param>
    /// <param name="tail">A buffer of two blocks.</param>
    public static Range[] Find(ReadOnlySpan<byte> rest, long length, Span<byte> tail)
    {
        tail.Clear();
        rest.CopyTo(tail);
        tail[rest.Length] = 0x80;
        var blocks = rest.Length < BlockBytes - sizeof(ulong) ? 1 : 2;
        BinaryPrimitives.WriteUInt64BigEndian(tail[((blocks * BlockBytes) - sizeof(ulong))..], (ulong)length * 8);
        var first = new Range(0, BlockBytes);
        return blocks == 1 ? [first] : [first, new Range(BlockBytes, 2 * BlockBytes)];
    }
}
