namespace Tspm.Platform;

/// <summary>The size of a terminal in cells.</summary>
internal readonly record struct TerminalSize(int Columns, int Rows)
{
    /// <summary>Assumed if the terminal does not report its size.</summary>
    public static readonly TerminalSize Usual = new(80, 24);
}
