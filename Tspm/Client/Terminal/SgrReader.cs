using System.Globalization;

namespace Tspm.Client.Terminal;

/// <summary>Reads the parameters of SGR sequences (ECMA-48, 8.3.117, and xterm's colours 38 and 48).</summary>
internal static class SgrReader
{
    /// <summary>The style after a sequence.</summary>
    /// <param name="style">The style before it.</param>
    /// <param name="parameters">The text between <c>ESC [</c> and <c>m</c>. Unknown parameters are ignored.</param>
    public static Style Apply(Style style, ReadOnlySpan<char> parameters)
    {
        var numbers = new List<int>();
        foreach (var range in parameters.SplitAny(';', ':'))
            numbers.Add(int.TryParse(parameters[range], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number : 0);
        for (var i = 0; i < numbers.Count; i++)
        {
            if (numbers[i] is 38 or 48) style = WithColour(style, numbers, ref i);
            else style = Apply(style, numbers[i]);
        }
        return style;
    }

    static Style Apply(Style style, int parameter) => parameter switch
    {
        0 => default,
        1 => style with { Effects = style.Effects | TextEffects.Bold },
        2 => style with { Effects = style.Effects | TextEffects.Dim },
        4 => style with { Effects = style.Effects | TextEffects.Underline },
        7 => style with { Effects = style.Effects | TextEffects.Reverse },
        22 => style with { Effects = style.Effects & ~(TextEffects.Bold | TextEffects.Dim) },
        24 => style with { Effects = style.Effects & ~TextEffects.Underline },
        27 => style with { Effects = style.Effects & ~TextEffects.Reverse },
        >= 30 and <= 37 => style with { Foreground = Colour.Indexed((byte)(parameter - 30)) },
        39 => style with { Foreground = Colour.Own },
        >= 40 and <= 47 => style with { Background = Colour.Indexed((byte)(parameter - 40)) },
        49 => style with { Background = Colour.Own },
        >= 90 and <= 97 => style with { Foreground = Colour.Indexed((byte)(parameter - 90 + 8)) },
        >= 100 and <= 107 => style with { Background = Colour.Indexed((byte)(parameter - 100 + 8)) },
        _ => style,
    };

    /// <summary>Reads 38;5;INDEX or 38;2;RED;GREEN;BLUE, or the same with 48 for the background.</summary>
    static Style WithColour(Style style, List<int> numbers, ref int i)
    {
        var isBackground = numbers[i] == 48;
        var colour = Colour.Own;
        if (i + 2 < numbers.Count && numbers[i + 1] == 5)
        {
            colour = Colour.Indexed((byte)numbers[i + 2]);
            i += 2;
        }
        else if (i + 4 < numbers.Count && numbers[i + 1] == 2)
        {
            colour = Colour.Direct((byte)numbers[i + 2], (byte)numbers[i + 3], (byte)numbers[i + 4]);
            i += 4;
        }
        else
        {
            // The rest cannot be understood without the kind of the colour.
            i = numbers.Count;
            return style;
        }
        return isBackground ? style with { Background = colour } : style with { Foreground = colour };
    }
}
