using System.Globalization;
using Tspm.Config.Validation;

namespace Tspm.Config;

/// <summary>Lists the problems of a config file with their lines, in the order of the file.</summary>
internal static class ConfigProblemList
{
    /// <summary>A longer list does not help; a file with more problems was not written by hand.</summary>
    const int MaxShown = 100;

    /// <summary>The refusal of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problems">Its problems.</param>
    /// <param name="lines">The line of each value by its path, in the order of the file.</param>
    public static ConfigFileException Refuse(
        string path, List<ConfigProblem> problems, OrderedDictionary<string, int> lines)
    {
        // Stable: problems of the same value stay in the order in which they were found.
        List<ConfigProblem> sorted = [.. problems.OrderBy(problem => PlaceOf(lines, problem.Path))];
        var list = sorted.Take(MaxShown)
            .Select(problem => $"\n  {LineOf(lines, problem.Path, "line ", ": ")}{problem.Sentence}");
        var more = sorted.Count > MaxShown
            ? string.Create(CultureInfo.InvariantCulture, $"\n  and {sorted.Count - MaxShown} more") : "";
        return new ConfigFileException($"the config file {path} is not valid:{string.Concat(list)}{more}", sorted);
    }

    /// <summary>The line of a path, or of the nearest value around it; an empty text if it is not known.</summary>
    public static string LineOf(OrderedDictionary<string, int> lines, string path, string before, string after) =>
        PlaceOf(lines, path) is >= 0 and var place
            ? string.Create(CultureInfo.InvariantCulture, $"{before}{lines.GetAt(place).Value}{after}") : "";

    /// <summary>The place in the file of a path, or of the nearest value around it; -1 if it is unknown.</summary>
    static int PlaceOf(OrderedDictionary<string, int> lines, string path)
    {
        for (var at = path; ; at = at[..Math.Max(0, at.AsSpan().LastIndexOfAny('.', '['))])
        {
            if (lines.IndexOf(at) is >= 0 and var place) return place;
            if (at.Length == 0) return -1;
        }
    }
}
