namespace Tspm.Client.Terminal;

/// <summary>A colour of a terminal. The default value is the terminal's own.</summary>
internal readonly record struct Colour
{
    enum Kind : byte { Own, Indexed, Direct }

    readonly Kind _kind;
    readonly byte _red, _green, _blue;

    Colour(Kind kind, byte red, byte green = 0, byte blue = 0) =>
        (_kind, _red, _green, _blue) = (kind, red, green, blue);

    /// <summary>The terminal's own colour.</summary>
    public static Colour Own => default;

    /// <summary>The colours of ECMA-48, which follow the user's theme.</summary>
    public static Colour Red => Indexed(1);
    public static Colour Green => Indexed(2);
    public static Colour Yellow => Indexed(3);
    public static Colour Blue => Indexed(4);
    public static Colour Magenta => Indexed(5);
    public static Colour Cyan => Indexed(6);
    public static Colour Grey => Indexed(8);
    public static Colour BrightRed => Indexed(9);
    public static Colour BrightYellow => Indexed(11);

    /// <summary>A colour of xterm's palette.</summary>
    public static Colour Indexed(byte index) => new(Kind.Indexed, index);

    /// <summary>A colour of 24 bits.</summary>
    public static Colour Direct(byte red, byte green, byte blue) => new(Kind.Direct, red, green, blue);

    /// <summary>The nearest colour that a terminal of this depth shows.</summary>
    public Colour Fit(ColourDepth depth)
    {
        if (_kind == Kind.Own || depth == ColourDepth.Direct) return this;
        if (depth == ColourDepth.None) return Own;
        if (_kind == Kind.Direct)
            return depth == ColourDepth.Palette ? Indexed(IndexOf(_red, _green, _blue)) : Sixteen(_red, _green, _blue);
        if (depth == ColourDepth.Palette || _red < 16) return this;
        if (_red >= FirstGrey)
        {
            var grey = (byte)(8 + (_red - FirstGrey) * 10);
            return Sixteen(grey, grey, grey);
        }
        var cube = _red - FirstOfCube;
        return Sixteen(Level(cube / 36), Level(cube / 6 % 6), Level(cube % 6));
    }

    /// <summary>Appends the SGR parameters (ECMA-48, 8.3.117), each after a semicolon.</summary>
    public void AppendTo(SgrText sgr, bool isBackground)
    {
        var shift = isBackground ? 10 : 0;
        switch (_kind)
        {
            case Kind.Indexed when _red < 8:
                sgr.Add(30 + shift + _red);
                break;
            case Kind.Indexed when _red < 16:
                sgr.Add(90 + shift + _red - 8);
                break;
            case Kind.Indexed:
                sgr.Add(38 + shift).Add(5).Add(_red);
                break;
            case Kind.Direct:
                sgr.Add(38 + shift).Add(2).Add(_red).Add(_green).Add(_blue);
                break;
        }
    }

    /// <summary>The first index of the palette's colour cube and of its greys.</summary>
    const int FirstOfCube = 16, FirstGrey = 232;

    /// <summary>The intensity of a step of the colour cube.</summary>
    static byte Level(int step) => (byte)(step == 0 ? 0 : 55 + step * 40);

    /// <summary>The step of the colour cube that is nearest to an intensity.</summary>
    static int Step(byte intensity) => intensity < 48 ? 0 : intensity < 115 ? 1 : (intensity - 35) / 40;

    static byte IndexOf(byte red, byte green, byte blue)
    {
        if (red == green && green == blue && red is >= 8 and <= 238) return (byte)(FirstGrey + (red - 8) / 10);
        return (byte)(FirstOfCube + 36 * Step(red) + 6 * Step(green) + Step(blue));
    }

    /// <summary>
    /// One bit for each part that is at least half as strong as the strongest, and one for a bright colour.
    /// </summary>
    static Colour Sixteen(byte red, byte green, byte blue)
    {
        var strongest = Math.Max(red, Math.Max(green, blue));
        if (strongest < 64) return Indexed(0);
        var index = (red * 2 > strongest ? 1 : 0) | (green * 2 > strongest ? 2 : 0) | (blue * 2 > strongest ? 4 : 0);
        // Bright black is the dark grey between black and white.
        if (index == 7 && strongest < 160) return Indexed(8);
        return Indexed((byte)(strongest >= 224 ? index + 8 : index));
    }
}
