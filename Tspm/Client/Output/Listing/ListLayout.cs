namespace Tspm.Client.Output.Listing;

/// <summary>
/// The columns of a table for the width of a terminal. If not all have room, columns are left out from the highest rank
/// down; before that, a text that may be cut is cut. Names and states stay to the last.
/// </summary>
internal sealed class ListLayout
{
    /// <summary>The frame of a row: "│ " before each cell, " " after it, and "│" at the end.</summary>
    const int CellsAround = 3, CellsAtEnd = 1;

    /// <summary>Below this width, the column <c>ports</c> would not have room beside those of lower ranks.</summary>
    public const int LeastWidthWithPorts = 100;

    readonly List<ShownColumn> _columns;

    ListLayout(List<ShownColumn> columns) => _columns = columns;

    /// <summary>The columns from left to right.</summary>
    public IReadOnlyList<ShownColumn> Columns => _columns;

    /// <returns>Null if the terminal is too narrow for a table.</returns>
    public static ListLayout? Fit(ListRow[] rows, ListOptions options, int width)
    {
        var columns = new List<ShownColumn>();
        foreach (var column in options.Columns ?? ListColumns.All)
            if (options.Columns is not null || IsNeeded(column, rows, options.IsWide))
                columns.Add(new ShownColumn(column, rows));
        var layout = new ListLayout(columns);
        if (options.IsWide) return layout;
        foreach (var column in columns) column.Limit(column.Column.Preferred);
        return layout.LeaveOut(width) && layout.Shrink(width) ? layout.GiveRest(width) : null;
    }

    static bool IsNeeded(ListColumn column, ListRow[] rows, bool isWide)
    {
        if (column.IsExtra && !isWide) return false;
        if (column.IsUsual is not { } isUsual) return true;
        foreach (var row in rows)
            if (!isUsual(row)) return true;
        return false;
    }

    int Total()
    {
        var total = CellsAtEnd;
        foreach (var column in _columns) total += CellsAround + column.Width;
        return total;
    }

    /// <returns>False if nothing can be left out any more, and the rest is still too wide without being cut.</returns>
    bool LeaveOut(int width)
    {
        while (Total() > width && LeastImportant() is { } last)
        {
            if (last.Width > last.Least) last.Limit(last.Least);
            else _columns.Remove(last);
        }
        return _columns.Count > 0;
    }

    /// <returns>Null if only the name and the state are left, or a single column.</returns>
    ShownColumn? LeastImportant()
    {
        if (_columns.Count == 1) return null;
        ShownColumn? last = null;
        foreach (var column in _columns)
            if (column.Column != ListColumns.Name && column.Column != ListColumns.State
                && (last is null || column.Column.Rank > last.Column.Rank)) last = column;
        return last;
    }

    /// <summary>Cuts the names if that is enough.</summary>
    bool Shrink(int width)
    {
        var excess = Total() - width;
        if (excess <= 0) return true;
        var name = _columns.Find(static column => column.Column == ListColumns.Name);
        if (name is null || name.Width - excess < name.Least) return false;
        name.Limit(name.Width - excess);
        return true;
    }

    /// <summary>
    /// Gives the rest of the width to texts that are cut, names first: up to the preferred width of each, and then to
    /// whole texts.
    /// </summary>
    ListLayout GiveRest(int width)
    {
        ShownColumn[] ranked = [.. _columns.OrderBy(static column => column.Column.Rank)];
        foreach (var column in ranked) column.Widen(Math.Min(column.Preferred - column.Width, width - Total()));
        foreach (var column in ranked) column.Widen(width - Total());
        foreach (var column in _columns) column.Cut();
        return this;
    }
}
