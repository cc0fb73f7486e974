using System.Buffers;
using System.Buffers.Text;

namespace Tspm.Client.Terminal;

/// <summary>
/// Writes the control sequence that sets a style: SGR, ECMA-48, 8.3.117. It sets everything anew, so that it does not
/// depend on the style before it.
/// </summary>
internal readonly struct SgrText(IBufferWriter<byte> into)
{
    /// <summary>Writes the sequence for a style.</summary>
    /// <param name="into">Receives the bytes.</param>
    /// <param name="style">The style.</param>
    /// <param name="depth">Colours are replaced by the nearest ones that the terminal shows.</param>
    public static void Write(IBufferWriter<byte> into, Style style, ColourDepth depth)
    {
        into.Write("\e[0"u8);
        var sgr = new SgrText(into);
        if (style.Effects.HasFlag(TextEffects.Bold)) sgr.Add(1);
        if (style.Effects.HasFlag(TextEffects.Dim)) sgr.Add(2);
        if (style.Effects.HasFlag(TextEffects.Underline)) sgr.Add(4);
        if (style.Effects.HasFlag(TextEffects.Reverse)) sgr.Add(7);
        style.Foreground.Fit(depth).AppendTo(sgr, isBackground: false);
        style.Background.Fit(depth).AppendTo(sgr, isBackground: true);
        into.Write("m"u8);
    }

    /// <summary>Writes one parameter.</summary>
    public SgrText Add(int parameter)
    {
        into.Write(";"u8);
        WriteNumber(into, parameter);
        return this;
    }

    /// <summary>Writes a number in decimal digits.</summary>
    public static void WriteNumber(IBufferWriter<byte> into, int number)
    {
        _ = Utf8Formatter.TryFormat(number, into.GetSpan(11), out var length);
        into.Advance(length);
    }
}
