using System.Globalization;
using System.Text.RegularExpressions;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// The rules of OpenMetrics text 1.0 that a scraper insists on: families with type and help before their samples and only once, suffixes as their type asks for, labels quoted and escaped, histograms that grow to +Inf, an EOF.
/// </summary>
internal static partial class OpenMetricsCheck
{
    /// <summary>The first line that breaks a rule; null: none does.</summary>
    public static string? Problem(string text)
    {
        if (!text.EndsWith("# EOF\n", StringComparison.Ordinal)) return "no EOF at the end";
        var types = new Dictionary<string, string>();
        var samples = new HashSet<string>();
        string? family = null, help = null;
        (string Labels, double Last)? bucket = null;
        foreach (var line in text.Split('\n')[..^2])
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                if (words.Length != 4 || !types.TryAdd(words[2], words[3])) return $"twice, or malformed: {line}";
                if (words[3] is not ("gauge" or "counter" or "histogram" or "info")) return $"unknown type: {line}";
                (family, help) = (words[2], null);
                continue;
            }
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                if (family is null || !line.StartsWith($"# HELP {family} ", StringComparison.Ordinal)) return $"help of another family: {line}";
                help = line;
                continue;
            }
            if (Sample().Match(line) is not { Success: true } sample) return $"malformed: {line}";
            if (family is null || help is null) return $"before its family: {line}";
            var (name, labels) = (sample.Groups[1].Value, sample.Groups[2].Value);
            var suffix = name.StartsWith(family, StringComparison.Ordinal) ? name[family.Length..] : "other";
            var allowed = types[family] switch { "counter" => suffix == "_total", "histogram" => suffix is "_bucket" or "_count" or "_sum", "info" => suffix == "_info", _ => suffix == "" };
            if (!allowed) return $"not a sample of {family}: {line}";
            if (!samples.Add(name + labels)) return $"twice: {line}";
            if (!double.TryParse(sample.Groups[3].Value, CultureInfo.InvariantCulture, out var value) || value < 0) return $"no number: {line}";
            if (suffix != "_bucket") continue;
            var rest = Bound().Replace(labels, "");
            if (bucket is { } last && last.Labels == rest && value < last.Last) return $"a bucket that shrinks: {line}";
            bucket = (rest, value);
        }
        return null;
    }

    [GeneratedRegex("""^([a-z_][a-z0-9_]*)((?:\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})?) (\S+)$""", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Sample();

    [GeneratedRegex("""le="[^"]*" """, RegexOptions.IgnorePatternWhitespace, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Bound();
}
