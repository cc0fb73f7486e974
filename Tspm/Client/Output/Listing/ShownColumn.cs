using Tspm.Client.Terminal;

namespace Tspm.Client.Output.Listing;

/// <summary>A column with its texts, the heading first, and the width that it gets.</summary>
internal sealed class ShownColumn
{
    readonly string[] _texts;

    public ShownColumn(ListColumn column, ListRow[] rows)
    {
        Column = column;
        _texts = new string[rows.Length + 1];
        _texts[0] = column.Name;
        for (var i = 0; i < rows.Length; i++) _texts[i + 1] = column.Draw(rows[i]);
        Width = Whole = WidestOf(_texts);
    }

    public ListColumn Column { get; }

    /// <summary>The width of the widest text.</summary>
    public int Whole { get; }

    /// <summary>The width in the table.</summary>
    public int Width { get; private set; }

    /// <summary>The width below which the column is of no use.</summary>
    public int Least => Column.Preferred == 0 ? Whole : Math.Min(Whole, Column.Least);

    /// <summary>The width that is enough for most texts.</summary>
    public int Preferred => Column.Preferred == 0 ? Whole : Math.Min(Whole, Column.Preferred);

    /// <summary>The text in a row; 0 is the heading.</summary>
    public string this[int row] => _texts[row];

    /// <summary>Reduces the width, if the texts may be cut.</summary>
    public void Limit(int width)
    {
        if (Column.Preferred > 0) Width = Math.Min(Width, width);
    }

    /// <summary>Adds up to this many cells, if they are needed.</summary>
    public void Widen(int cells) => Width = Math.Min(Whole, Width + Math.Max(0, cells));

    /// <summary>Cuts the texts to the width.</summary>
    public void Cut()
    {
        if (Width == Whole) return;
        for (var i = 0; i < _texts.Length; i++) _texts[i] = CellText.Cut(_texts[i], Width);
        // A wide character may not have fitted into the last cell.
        Width = WidestOf(_texts);
    }

    static int WidestOf(string[] texts)
    {
        var widest = 0;
        foreach (var text in texts) widest = Math.Max(widest, CellText.WidthOf(text));
        return widest;
    }
}
