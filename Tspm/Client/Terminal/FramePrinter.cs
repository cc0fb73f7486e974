using Tspm.Client.Output;

namespace Tspm.Client.Terminal;

/// <summary>Prints a frame as lines, with its colours if the output may have any.</summary>
internal static class FramePrinter
{
    public static void Print(OutputWriter output, ScreenBuffer frame)
    {
        for (var y = 0; y < frame.Height; y++)
        {
            PrintRow(output, frame.Row(y));
            output.WriteLine();
        }
    }

    static void PrintRow(OutputWriter output, ReadOnlySpan<Cell> row)
    {
        var end = row.Length;
        while (end > 0 && row[end - 1] == Cell.Blank) end--;
        for (var begin = 0; begin < end;)
        {
            var style = row[begin].Style;
            var text = new System.Text.StringBuilder();
            for (; begin < end && row[begin].Style == style; begin++) text.Append(row[begin].Text);
            output.Write(text.ToString(), style);
        }
    }
}
