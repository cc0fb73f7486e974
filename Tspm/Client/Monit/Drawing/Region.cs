namespace Tspm.Client.Monit.Drawing;

/// <summary>A part of the screen, in cells.</summary>
internal readonly record struct Region(int X, int Y, int Width, int Height)
{
    public bool IsEmpty => Width <= 0 || Height <= 0;

    public bool Contains(int x, int y) => x >= X && x < X + Width && y >= Y && y < Y + Height;

    /// <summary>The region without its first rows.</summary>
    public Region Below(int rows) => new(X, Y + rows, Width, Math.Max(0, Height - rows));
}
