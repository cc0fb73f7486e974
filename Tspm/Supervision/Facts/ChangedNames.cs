using System.Globalization;

namespace Tspm.Supervision.Facts;

/// <summary>Names of what has changed, in a sentence.</summary>
internal static class ChangedNames
{
    /// <summary>So many are named in a sentence.</summary>
    const int Most = 20;

    public static string List(List<string> names)
    {
        if (names.Count <= Most) return string.Join(", ", names);
        var shown = string.Join(", ", names.GetRange(0, Most));
        return string.Create(CultureInfo.InvariantCulture, $"{shown} and {names.Count - Most} more");
    }
}
