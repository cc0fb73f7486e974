namespace Tspm.Client.Terminal;

/// <summary>One cell of a screen.</summary>
/// <param name="Text">
/// One visible character with its combining marks; empty in the cells that a wider character to the left covers.
/// </param>
/// <param name="Style">Its colours and effects.</param>
/// <param name="Width">The number of cells that the character takes; 0 where <paramref name="Text"/> is empty.</param>
internal readonly record struct Cell(string Text, Style Style, int Width)
{
    static readonly string?[] Ascii = new string?[128];

    public static readonly Cell Blank = new(" ", default, 1);

    /// <summary>A cell that a wider character to the left covers.</summary>
    public static Cell Covered(Style style) => new("", style, 0);

    /// <summary>The text of a character, without a new string for each letter of a screen.</summary>
    public static string TextOf(ReadOnlySpan<char> character) =>
        character.Length == 1 && char.IsAscii(character[0])
            ? Ascii[character[0]] ??= character.ToString() : character.ToString();
}
