using System.Buffers.Binary;
using System.Numerics;

namespace Tspm.Platform.Facts;

/// <summary>
/// Incremental SHA-1 (FIPS 180-4), by which git names the content of files. The runtime's own implementation needs
/// OpenSSL at run time.
/// </summary>
internal sealed class Sha1
{
    public const int Bytes = 20;

    const int BlockBytes = 64;

    readonly uint[] _state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
    readonly byte[] _rest = new byte[BlockBytes];
    long _length;

    public void Append(ReadOnlySpan<byte> content)
    {
        var held = (int)(_length % BlockBytes);
        _length += content.Length;
        if (held > 0)
        {
            var taken = Math.Min(BlockBytes - held, content.Length);
            content[..taken].CopyTo(_rest.AsSpan(held));
            content = content[taken..];
            if (held + taken < BlockBytes) return;
            Compress(_state, _rest);
        }
        for (; content.Length >= BlockBytes; content = content[BlockBytes..]) Compress(_state, content);
        content.CopyTo(_rest);
    }

    /// <summary>Returns the hash. Nothing can be appended afterwards.</summary>
    public byte[] Finish()
    {
        Span<byte> tail = stackalloc byte[2 * BlockBytes];
        var blocks = Padding.Find(_rest.AsSpan(0, (int)(_length % BlockBytes)), _length, tail);
        foreach (var block in blocks) Compress(_state, tail[block]);
        var hash = new byte[Bytes];
        for (var i = 0; i < _state.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(4 * i), _state[i]);
        return hash;
    }

    static void Compress(uint[] state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[80];
        for (var i = 0; i < 16; i++) w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * i)..]);
        for (var i = 16; i < 80; i++) w[i] = BitOperations.RotateLeft(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
        for (var i = 0; i < 80; i++)
        {
            var (f, k) = i switch
            {
                < 20 => ((b & c) | (~b & d), 0x5a827999u),
                < 40 => (b ^ c ^ d, 0x6ed9eba1u),
                < 60 => ((b & c) | (b & d) | (c & d), 0x8f1bbcdcu),
                _ => (b ^ c ^ d, 0xca62c1d6u),
            };
            var next = BitOperations.RotateLeft(a, 5) + f + e + k + w[i];
            (e, d, c, b, a) = (d, c, BitOperations.RotateLeft(b, 30), a, next);
        }
        ReadOnlySpan<uint> sums = [a, b, c, d, e];
        for (var i = 0; i < state.Length; i++) state[i] += sums[i];
    }
}
