using System.Buffers;

namespace Tspm.Client.Terminal;

/// <summary>
/// Makes the output of a child safe for a terminal. Colours (ESC [ … m) and tabs pass; all other escape sequences and
/// control characters are dropped, so that a log can neither move the cursor, nor set a title, nor make the terminal
/// send a reply. UTF-8 passes unchanged, even if it is malformed.
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

    /// <summary>C0 except tab, DEL, and the C1 range encoded in UTF-8 (C2 80 … C2 9F).</summary>
    static bool IsControl(ReadOnlySpan<byte> line, int i) => line[i] switch
    {
        (byte)'\t' => false,
        < 0x20 or 0x7f => true,
        0xc2 => i + 1 < line.Length && line[i + 1] is >= 0x80 and <= 0x9f,
        // The second byte of such a pair, or a single raw C1 byte.
        >= 0x80 and <= 0x9f => i == 0 || line[i - 1] is 0xc2 or < 0x80,
        _ => false,
    };

    /// <summary>
    /// Finds the end of the escape sequence that starts here (ECMA-48: CSI, OSC and other strings, two-byte sequences).
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
            // A control character or an escape inside a sequence ends the sequence, and is examined separately.
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
