using System.Globalization;

namespace Tspm.Supervision.Facts;

/// <summary>Lists the names of changed items in a sentence.</summary>
internal static class ChangedNames
{
    /// <summary>The number of names listed before the rest is only counted.</summary>
    const int MaxNames = 20;

    public static string List(List<string> names)
    {
        if (names.Count <= MaxNames) return string.Join(", ", names);
        var shown = string.Join(", ", names.GetRange(0, MaxNames));
        return string.Create(CultureInfo.InvariantCulture, $"{shown} and {names.Count - MaxNames} more");
    }
}
