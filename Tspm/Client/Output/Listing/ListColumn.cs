namespace Tspm.Client.Output.Listing;

/// <summary>A column of <c>list</c>.</summary>
internal sealed class ListColumn(string name, int rank, Func<ListRow, string> text)
{
    /// <summary>Its heading, and its name for <c>--columns</c>.</summary>
    public string Name => name;

    /// <summary>On a narrow terminal, columns with the highest rank are left out first.</summary>
    public int Rank => rank;

    /// <summary>Whether it is right-aligned, as numbers are.</summary>
    public bool IsRight { get; init; }

    /// <summary>
    /// The width for which columns of a higher rank are left out. A wider text gets the room that is left, and is cut
    /// if that is not enough; 0 if texts are never cut.
    /// </summary>
    public int Preferred { get; init; }

    /// <summary>If it cannot have this width, it is left out.</summary>
    public int Least { get; init; }

    /// <summary>
    /// Whether a row's text is usual; if all are, the column is left out, because it would take room from the others.
    /// </summary>
    public Func<ListRow, bool>? IsUsual { get; init; }

    /// <summary>Whether only <c>--wide</c> and <c>--columns</c> show it.</summary>
    public bool IsExtra { get; init; }

    /// <summary>Its text for a row; "-" if there is none.</summary>
    public string Text(ListRow row) => text(row);

    /// <summary>Its text on a terminal, where the state has a sign and an empty info has nothing.</summary>
    public string Draw(ListRow row)
    {
        if (this == ListColumns.Info) return row.Info;
        return this == ListColumns.State ? $"{StateSign.Of(row.Process)} {Text(row)}" : Text(row);
    }
}
