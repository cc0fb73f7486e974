namespace Tspm.Client.Terminal;

/// <summary>
/// Finds out how many colours an output may have. NO_COLOR (no-color.org) comes first, then FORCE_COLOR and
/// CLICOLOR_FORCE, which also count if the output is not a terminal, then the terminal itself: TERM and COLORTERM.
/// </summary>
internal static class ColourSupport
{
    /// <summary>Names of terminals (TERM) that show all colours but may not say so in COLORTERM, as over ssh.</summary>
    static readonly string[] DirectTerminals =
        ["xterm-kitty", "xterm-ghostty", "alacritty", "wezterm", "foot", "contour"];

    /// <param name="isTerminal">Whether the output is a terminal.</param>
    /// <param name="variable">Returns the value of an environment variable, or null.</param>
    public static ColourDepth Detect(bool isTerminal, Func<string, string?> variable)
    {
        if (variable("NO_COLOR") is { Length: > 0 }) return ColourDepth.None;
        var own = OfTerminal(variable("TERM"), variable("COLORTERM"));
        return Forced(variable) switch
        {
            null => isTerminal ? own : ColourDepth.None,
            ColourDepth.Sixteen => own > ColourDepth.Sixteen ? own : ColourDepth.Sixteen,
            { } depth => depth,
        };
    }

    /// <summary>Whether a screen can be drawn: the cursor of a "dumb" terminal cannot be moved.</summary>
    public static bool CanMoveCursor(string? term) => term is not (null or "" or "dumb");

    /// <returns>
    /// Null if nothing is forced. <see cref="ColourDepth.Sixteen"/> means at least that many colours.
    /// </returns>
    static ColourDepth? Forced(Func<string, string?> variable) => variable("FORCE_COLOR") switch
    {
        "0" or "false" => ColourDepth.None,
        "2" => ColourDepth.Palette,
        "3" => ColourDepth.Direct,
        null => variable("CLICOLOR_FORCE") is null or "" or "0" ? null : ColourDepth.Sixteen,
        _ => ColourDepth.Sixteen,
    };

    static ColourDepth OfTerminal(string? term, string? colours)
    {
        if (!CanMoveCursor(term)) return ColourDepth.None;
        if (colours is "truecolor" or "24bit" || term!.EndsWith("-direct", StringComparison.Ordinal)
            || Array.IndexOf(DirectTerminals, term) >= 0) return ColourDepth.Direct;
        return term.Contains("256color", StringComparison.Ordinal) ? ColourDepth.Palette : ColourDepth.Sixteen;
    }
}
