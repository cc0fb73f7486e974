namespace Tspm.Client.Monit.Drawing;

/// <summary>Draws numbers as bars of one row each (U+2581 to U+2588).</summary>
internal static class Bars
{
    const string Eighths = "▁▂▃▄▅▆▇█";

    /// <summary>One bar for each value.</summary>
    /// <param name="values">The values, 0 or greater.</param>
    /// <param name="full">The value of a full bar; greater ones are full too.</param>
    public static string Draw(IReadOnlyList<double> values, double full) =>
        string.Create(values.Count, (values, full), static (text, state) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = Eighths[Level(state.values[i], state.full, Eighths.Length) - 1];
        });

    /// <summary>A diagram of several rows, the highest first.</summary>
    public static string[] Draw(IReadOnlyList<double> values, double full, int height)
    {
        var rows = new string[height];
        for (var row = 0; row < height; row++)
        {
            var below = (height - 1 - row) * Eighths.Length;
            rows[row] = string.Create(values.Count, (values, full, height, below), static (text, state) =>
            {
                for (var i = 0; i < text.Length; i++)
                {
                    var level = Level(state.values[i], state.full, state.height * Eighths.Length) - state.below;
                    text[i] = level <= 0 ? ' ' : Eighths[Math.Min(level, Eighths.Length) - 1];
                }
            });
        }
        return rows;
    }

    /// <summary>A number from 1, for nothing, to <paramref name="most"/>, for a full bar.</summary>
    static int Level(double value, double full, int most) =>
        full <= 0 ? 1 : (int)Math.Clamp(Math.Ceiling(value / full * most), 1, most);
}
