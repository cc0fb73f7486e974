namespace Tspm.Client.Terminal;

/// <summary>How many colours a terminal shows.</summary>
internal enum ColourDepth
{
    None,

    /// <summary>The eight colours of ECMA-48 and their bright forms, which follow the user's theme.</summary>
    Sixteen,

    /// <summary>The palette of xterm: the sixteen, a cube of 6 × 6 × 6, and 24 greys.</summary>
    Palette,

    /// <summary>Any colour of 24 bits.</summary>
    Direct,
}
