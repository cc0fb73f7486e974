using System.Globalization;
using System.Text;
using Wcwidth;

namespace Tspm.Tests.Fixtures;

/// <summary>A picture (SVG) of what a terminal shows, for the README.</summary>
internal static class SvgPicture
{
    const int CellWidth = 8, CellHeight = 17, Margin = 12;

    const string Background = "#1b1f27", Foreground = "#d5dae2";

    /// <summary>The sixteen colours of the theme that the pictures have.</summary>
    static readonly string[] Palette =
    [
        "#3b4252", "#e06c75", "#8fc379", "#e2b714", "#61afef", "#c678dd", "#56b6c2", "#d5dae2",
        "#7f8896", "#ff7b85", "#a8e08e", "#f5d060", "#82c4ff", "#dd9cf0", "#7fd8e3", "#ffffff",
    ];

    public static string Draw(VtScreen screen, int width, int height)
    {
        var (all, high) = (width * CellWidth + 2 * Margin, height * CellHeight + 2 * Margin);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="{high}" viewBox="0 0 {all} {high}"
            font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="13">
            <rect width="100%" height="100%" rx="8" fill="{Background}"/>

            """);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                Cell(svg, screen[x, y], x, y);
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>Each cell has its own place, so that the columns are straight in every font.</summary>
    static void Cell(StringBuilder svg, VtCell cell, int x, int y)
    {
        var style = new Look(cell.Style);
        var (left, top) = (Margin + x * CellWidth, Margin + y * CellHeight);
        var cells = Math.Max(1, cell.Text.EnumerateRunes().Sum(static rune => UnicodeCalculator.GetWidth(rune)));
        if (style.Back is { } back)
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{left}\" y=\"{top}\" ")
                .Append(CultureInfo.InvariantCulture,
                    $"width=\"{cells * CellWidth}\" height=\"{CellHeight}\" fill=\"{back}\"/>\n");
        if (cell.Text.Trim().Length == 0) return;
        svg.Append(CultureInfo.InvariantCulture,
            $"<text x=\"{left}\" y=\"{top + 13}\" fill=\"{style.Fore}\"{style.Attributes}>")
            .Append(Escaped(cell.Text)).Append("</text>\n");
    }

    static string Escaped(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;");

    /// <summary>Colours and effects of SGR parameters (ECMA-48, 8.3.117).</summary>
    sealed class Look
    {
        public Look(string parameters)
        {
            var numbers = parameters.Split(';', StringSplitOptions.RemoveEmptyEntries)
                .Select(static number => int.Parse(number, CultureInfo.InvariantCulture)).ToList();
            foreach (var number in numbers)
            {
                if (number is >= 30 and <= 37) Fore = Palette[number - 30];
                else if (number is >= 90 and <= 97) Fore = Palette[number - 90 + 8];
                else if (number is >= 40 and <= 47) Back = Palette[number - 40];
                else if (number is >= 100 and <= 107) Back = Palette[number - 100 + 8];
            }
            if (numbers.Contains(7)) (Fore, Back) = (Back ?? Background, Fore);
            if (numbers.Contains(1)) Attributes += " font-weight=\"bold\"";
            if (numbers.Contains(2)) Attributes += " opacity=\"0.6\"";
            if (numbers.Contains(4)) Attributes += " text-decoration=\"underline\"";
        }

        public string Fore { get; } = Foreground;

        public string? Back { get; }

        public string Attributes { get; } = "";
    }
}
