using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace Tspm.Json;

/// <summary>
/// Escapes only what JSON demands: quotation mark, backslash and control characters (RFC 8259, section 7), and replaces
/// halves of surrogate pairs. The framework's own encoders build tables of all characters first, which was a sixth of
/// the instructions of <c>tspm ping</c>.
/// </summary>
internal sealed unsafe class MinimalJsonEncoder : JavaScriptEncoder
{
    /// <summary>The only one; it has no state.</summary>
    public static readonly MinimalJsonEncoder Instance = new();

    /// <summary>As in <c>\u001f</c>.</summary>
    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < ' ' or '"' or '\\';

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        for (var i = 0; i < textLength; i++)
        {
            if (WillEncode(text[i])) return i;
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == textLength || !char.IsSurrogatePair(text[i], text[i + 1])) return i;
            i++;
        }
        return -1;
    }

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        for (var i = 0; i < utf8Text.Length;)
        {
            if (Rune.DecodeFromUtf8(utf8Text[i..], out var rune, out var length) != OperationStatus.Done) return i;
            if (WillEncode(rune.Value)) return i;
            i += length;
        }
        return -1;
    }

    public override bool TryEncodeUnicodeScalar(
        int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var target = new Span<char>(buffer, bufferLength);
        Span<char> escaped = stackalloc char[MaxOutputCharactersPerInputCharacter];
        numberOfCharactersWritten = Escape(unicodeScalar, escaped);
        if (escaped[..numberOfCharactersWritten].TryCopyTo(target)) return true;
        numberOfCharactersWritten = 0;
        return false;
    }

    int Escape(int scalar, Span<char> escaped)
    {
        if (!WillEncode(scalar)) return new Rune(scalar).EncodeToUtf16(escaped);
        escaped[0] = '\\';
        escaped[1] = scalar switch { '\b' => 'b', '\t' => 't', '\n' => 'n', '\f' => 'f', '\r' => 'r', _ => 'u' };
        if (scalar >= ' ') escaped[1] = (char)scalar;
        if (escaped[1] != 'u') return 2;
        const string digits = "0123456789abcdef";
        (escaped[2], escaped[3], escaped[4], escaped[5]) = ('0', '0', digits[scalar >> 4], digits[scalar & 15]);
        return 6;
    }
}
