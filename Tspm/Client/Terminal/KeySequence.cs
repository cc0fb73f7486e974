using System.Buffers.Text;

namespace Tspm.Client.Terminal;

/// <summary>
/// The keys and mouse reports that sequences stand for, as xterm sends them ("XTerm Control Sequences", and the
/// keyboard protocol of kitty for CSI u).
/// </summary>
internal static class KeySequence
{
    /// <summary>The most parameters that any of these sequences has.</summary>
    const int MostParameters = 4;

    /// <summary>
    /// The greatest parameter for modifiers, with Meta. The terminal's answer to a question for the cursor's position
    /// looks like F3 with a greater one.
    /// </summary>
    const int MostModifiers = 16;

    const Modifiers AllModifiers = Modifiers.Shift | Modifiers.Alt | Modifiers.Ctrl;

    /// <summary>Decodes an ASCII byte: a character, a control character or DEL.</summary>
    public static InputEvent OfAscii(byte letter, Modifiers modifiers) => letter switch
    {
        (byte)'\r' or (byte)'\n' => new InputEvent.KeyPress(Key.Enter, 0, modifiers),
        (byte)'\t' => new InputEvent.KeyPress(Key.Tab, 0, modifiers),
        0x7f or 0x08 => new InputEvent.KeyPress(Key.Backspace, 0, modifiers),
        0x1b => new InputEvent.KeyPress(Key.Escape, 0, modifiers),
        // Ctrl takes the upper bits of a character away: 0x01 is Ctrl-A, 0x00 Ctrl-Space.
        0x00 => new InputEvent.KeyPress(Key.Character, ' ', modifiers | Modifiers.Ctrl),
        <= 0x1a => new InputEvent.KeyPress(Key.Character, letter + 0x60, modifiers | Modifiers.Ctrl),
        < 0x20 => new InputEvent.KeyPress(Key.Character, letter + 0x40, modifiers | Modifiers.Ctrl),
        _ => new InputEvent.KeyPress(Key.Character, letter, modifiers),
    };

    /// <summary>Decodes a control sequence.</summary>
    /// <param name="sequence">What follows ESC [, with the final byte.</param>
    /// <returns>Null if it is not a key or a mouse report.</returns>
    public static InputEvent? Decode(ReadOnlySpan<byte> sequence)
    {
        var last = sequence[^1];
        if (sequence is [(byte)'<', .. var report, (byte)'M' or (byte)'m']) return DecodeMouse(report, last == 'm');
        if (sequence is [(byte)'[', >= (byte)'A' and <= (byte)'E']) return Press(Key.F1 + (last - 'A'));
        Span<int> parameters = stackalloc int[MostParameters];
        if (!TryRead(sequence[..^1], parameters, out _) || parameters[1] > MostModifiers) return null;
        var modifiers = ModifiersOf(parameters[1]);
        return last switch
        {
            (byte)'~' when parameters[0] == 27 => OfCode(parameters[2], modifiers),
            (byte)'~' => OfNumber(parameters[0], modifiers),
            (byte)'u' => OfCode(parameters[0], modifiers),
            (byte)'Z' => Press(Key.Tab, Modifiers.Shift),
            _ => OfLetter(last, modifiers),
        };
    }

    /// <summary>Decodes the last byte of a sequence of the keypad: ESC O A, or ESC [ 1 ; 5 A.</summary>
    /// <returns>Null if there is no such key.</returns>
    public static InputEvent? OfLetter(byte letter, Modifiers modifiers) => letter switch
    {
        (byte)'A' => Press(Key.Up, modifiers),
        (byte)'B' => Press(Key.Down, modifiers),
        (byte)'C' => Press(Key.Right, modifiers),
        (byte)'D' => Press(Key.Left, modifiers),
        (byte)'F' => Press(Key.End, modifiers),
        (byte)'H' => Press(Key.Home, modifiers),
        (byte)'M' => Press(Key.Enter, modifiers),
        (byte)'P' => Press(Key.F1, modifiers),
        (byte)'Q' => Press(Key.F2, modifiers),
        (byte)'R' => Press(Key.F3, modifiers),
        (byte)'S' => Press(Key.F4, modifiers),
        _ => null,
    };

    static InputEvent? OfNumber(int number, Modifiers modifiers) => number switch
    {
        1 or 7 => Press(Key.Home, modifiers),
        2 => Press(Key.Insert, modifiers),
        3 => Press(Key.Delete, modifiers),
        4 or 8 => Press(Key.End, modifiers),
        5 => Press(Key.PageUp, modifiers),
        6 => Press(Key.PageDown, modifiers),
        >= 11 and <= 15 => Press(Key.F1 + (number - 11), modifiers),
        >= 17 and <= 21 => Press(Key.F6 + (number - 17), modifiers),
        23 or 24 => Press(Key.F11 + (number - 23), modifiers),
        _ => null,
    };

    /// <summary>Decodes a key that is named by its character.</summary>
    static InputEvent? OfCode(int code, Modifiers modifiers)
    {
        if (code is 9 or 13 or 27 or 127) return OfAscii((byte)code, modifiers);
        return System.Text.Rune.IsValid(code) && code >= ' '
            ? new InputEvent.KeyPress(Key.Character, code, modifiers & ~Modifiers.Shift) : null;
    }

    static InputEvent.KeyPress Press(Key key, Modifiers modifiers = Modifiers.None) => new(key, 0, modifiers);

    /// <summary>The parameter is 1 and the sum of the bits; missing parameters are 0.</summary>
    static Modifiers ModifiersOf(int parameter) =>
        parameter > 1 ? (Modifiers)(parameter - 1) & AllModifiers : Modifiers.None;

    /// <summary>Bits of the first parameter: 0–1 button, 2 Shift, 3 Alt, 4 Ctrl, 5 motion, 6 wheel.</summary>
    static InputEvent? DecodeMouse(ReadOnlySpan<byte> report, bool isRelease)
    {
        Span<int> parameters = stackalloc int[MostParameters];
        if (!TryRead(report, parameters, out var count) || count != 3) return null;
        var (code, x, y) = (parameters[0], parameters[1] - 1, parameters[2] - 1);
        // Further buttons have the bit 7.
        if (code >= 128 || x < 0 || y < 0) return null;
        var modifiers = (Modifiers)(code >> 2) & AllModifiers;
        var button = code & 3;
        if ((code & 64) != 0)
        {
            // 2 and 3 are the wheel's left and right.
            if (button > 1) return null;
            return new InputEvent.Mouse(
                button == 0 ? MouseAction.WheelUp : MouseAction.WheelDown, MouseButton.None, x, y, modifiers);
        }
        var action = isRelease ? MouseAction.Release : (code & 32) != 0 ? MouseAction.Drag : MouseAction.Press;
        var pressed = button == 3 ? MouseButton.None : MouseButton.Left + button;
        return new InputEvent.Mouse(action, pressed, x, y, modifiers);
    }

    /// <summary>
    /// Reads numbers separated by semicolons; a part after a colon is ignored. False if there is anything else.
    /// </summary>
    static bool TryRead(ReadOnlySpan<byte> text, Span<int> parameters, out int count)
    {
        count = 0;
        foreach (var range in text.Split((byte)';'))
        {
            var part = text[range];
            if (part.IndexOf((byte)':') is >= 0 and var colon) part = part[..colon];
            if (count == parameters.Length) return false;
            var number = 0;
            if (part.Length > 0 && (!Utf8Parser.TryParse(part, out number, out var read) || read < part.Length))
                return false;
            if (number < 0) return false;
            parameters[count++] = number;
        }
        return true;
    }
}
