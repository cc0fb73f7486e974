using System.Buffers;

namespace Tspm.Client.Terminal;

/// <summary>
/// What a child printed, made safe for a terminal: colours (ESC [ … m) and tabs pass, every other escape sequence and
/// control character is dropped, so that a log can neither move the cursor nor set a title nor make the terminal
/// answer. UTF-8 passes unchanged, also when it is broken.
/// </summary>
internal static class TerminalFilter
{
    const byte Escape = 0x1b, Bell = 0x07;

    public static ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> line)
    {
        if (IsClean(line)) return line;
        var clean = new ArrayBufferWriter<byte>(line.Length);
        for (var i = 0; i < line.Length;)
        {
            if (line[i] == Escape)
            {
                var end = SequenceEnd(line, i, out var isColour);
                if (isColour) clean.Write(line[i..end]);
                i = end;
                continue;
            }
            if (!IsControl(line, i)) clean.Write(line.Slice(i, 1));
            i++;
        }
        return clean.WrittenSpan;
    }

    static bool IsClean(ReadOnlySpan<byte> line)
    {
        for (var i = 0; i < line.Length; i++)
            if (IsControl(line, i)) return false;
        return true;
    }

    /// <summary>C0 but tab, DEL, and the C1 range in its UTF-8 form (C2 80 … C2 9F).</summary>
    static bool IsControl(ReadOnlySpan<byte> line, int i) => line[i] switch
    {
        (byte)'\t' => false,
        < 0x20 or 0x7f => true,
        0xc2 => i + 1 < line.Length && line[i + 1] is >= 0x80 and <= 0x9f,
        // The second byte of such a pair, and a raw C1 byte that stands alone.
        >= 0x80 and <= 0x9f => i == 0 || line[i - 1] is 0xc2 or < 0x80,
        _ => false,
    };

    /// <summary>
    /// Where the sequence that starts here ends (ECMA-48: CSI, OSC and other strings, two-byte ones).
    /// </summary>
    static int SequenceEnd(ReadOnlySpan<byte> line, int start, out bool isColour)
    {
        isColour = false;
        var i = start + 1;
        if (i >= line.Length) return line.Length;
        if (line[i] == (byte)'[')
        {
            var plain = true;
            for (i++; i < line.Length && line[i] is >= 0x20 and <= 0x3f; i++)
                plain &= line[i] is >= (byte)'0' and <= (byte)';';
            if (i >= line.Length) return line.Length;
            isColour = plain && line[i] == (byte)'m';
            // A control character or an escape inside a sequence ends it and is looked at by itself.
            return line[i] < 0x20 ? i : i + 1;
        }
        if (line[i] is (byte)']' or (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_')
        {
            for (i++; i < line.Length; i++)
            {
                if (line[i] == Bell) return i + 1;
                if (line[i] == Escape) return i + 1 < line.Length && line[i + 1] == (byte)'\\' ? i + 2 : i;
            }
            return line.Length;
        }
        while (i < line.Length && line[i] is >= 0x20 and <= 0x2f) i++;
        return Math.Min(i + 1, line.Length);
    }
}
