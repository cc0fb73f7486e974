namespace Tspm.Tests.Direct;

/// <summary>
/// All rows, by their names. Each verb of the command line and each method of the socket has one that works and one
/// that is refused, see <c>Guards/DirectTestTests</c>.
/// </summary>
internal static class VerbRows
{
    public static readonly IReadOnlyDictionary<string, VerbRow> ByName =
        ((VerbRow[])
        [
            .. ReadingRows.All, .. StartRows.All, .. EndRows.All, .. ConfigRows.All, .. OutputRows.All,
            .. LocalRows.All, .. RefusedRows.All, .. MessageRows.All,
        ]).ToDictionary(static row => row.Name);
}
