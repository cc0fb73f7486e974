using System.Globalization;
using System.Text.RegularExpressions;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// The grammars of OpenMetrics text 1.0 and of Prometheus's text format 0.0.4, as the strictest of their readers take
/// them: descriptors once and before the samples, the lines of a family together, suffixes as the type asks for,
/// escapes, no series twice, histograms that grow to +Inf, no timestamps.
/// </summary>
internal sealed partial class MetricsCheck
{
    /// <summary>Milliseconds that a pattern may take.</summary>
    const int Limit = 5000;

    const string Name = "[a-zA-Z_:][a-zA-Z0-9_:]*", Pair = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n]|\\\\[\"\\\\n])*\"";

    readonly bool _isOpenMetrics;
    readonly HashSet<string> _families = [], _series = [];

    string? _family, _type, _help, _unit;
    bool _hasSamples;

    /// <summary>Of the last bucket: the labels but the bound, the bound, and the count.</summary>
    (string Labels, double Bound, double Count)? _bucket;

    /// <summary>The labels of the histogram whose samples come, but the bound.</summary>
    string? _metric;

    MetricsCheck(bool isOpenMetrics) => _isOpenMetrics = isOpenMetrics;

    /// <summary>The first line that breaks a rule of OpenMetrics; null: none does.</summary>
    public static string? OpenMetricsProblem(string text)
    {
        const string end = "# EOF\n";
        if (!text.EndsWith("\n" + end, StringComparison.Ordinal)) return "no EOF at the end";
        return new MetricsCheck(isOpenMetrics: true).Problem(text[..^end.Length]);
    }

    /// <summary>The first line that breaks a rule of format 0.0.4; null: none does.</summary>
    public static string? PrometheusProblem(string text) => new MetricsCheck(isOpenMetrics: false).Problem(text);

    string? Problem(string text)
    {
        if (!text.EndsWith('\n')) return "no line break at the end";
        foreach (var line in text[..^1].Split('\n'))
        {
            var problem = line.StartsWith('#') ? OfDescriptor(line) : OfSample(line);
            if (problem is not null) return $"{problem}: {line}";
        }
        return EndOfFamily();
    }

    string? OfDescriptor(string line)
    {
        if (Descriptor().Match(line) is not { Success: true } parts) return "not a descriptor";
        var (kind, name, value) = (parts.Groups[1].Value, parts.Groups[2].Value, parts.Groups[3].Value);
        if (name != _family)
        {
            if (EndOfFamily() is { } unfinished) return unfinished;
            if (kind != "TYPE") return "the type does not come first";
            if (!_families.Add(name)) return "the family is there already";
            (_family, _type, _help, _unit) = (name, value, null, null);
            (_hasSamples, _bucket, _metric) = (false, null, null);
            if (!_isOpenMetrics && value == "counter" && !name.EndsWith("_total", StringComparison.Ordinal))
                return "a counter without _total";
            if (_isOpenMetrics && Suffixes().IsMatch(name)) return "a family whose name ends like a sample";
            var isKnown = value is "gauge" or "counter" or "histogram" || (value == "info" && _isOpenMetrics);
            return isKnown ? null : "unknown type";
        }
        if (_hasSamples) return "behind its samples";
        switch (kind)
        {
            case "HELP" when _help is null:
                _help = value;
                var escapes = _isOpenMetrics ? HelpOfOpenMetrics() : HelpOfPrometheus();
                return escapes.IsMatch(value) ? null : "wrongly escaped";
            case "UNIT" when _unit is null && _isOpenMetrics:
                _unit = value;
                return name.EndsWith("_" + value, StringComparison.Ordinal) ? null : "the name does not have the unit";
            default:
                return "given twice, or unknown";
        }
    }

    string? OfSample(string line)
    {
        if (Sample().Match(line) is not { Success: true } parts) return "malformed";
        var (name, labels) = (parts.Groups[1].Value, parts.Groups[2].Value);
        if (_family is null || _help is null) return "before its descriptors";
        if (!name.StartsWith(_family, StringComparison.Ordinal)) return "not of this family";
        _hasSamples = true;
        var suffix = name[_family.Length..];
        if (!IsAllowed(suffix)) return $"not a sample of a {_type}";
        var names = Label().Matches(labels).Select(static label => label.Groups[1].Value).ToArray();
        if (names.Distinct().Count() != names.Length) return "a label twice";
        var sorted = Label().Matches(labels).Select(static label => label.Value).Order();
        if (!_series.Add(name + string.Join(',', sorted))) return "twice";
        if (!TryRead(parts.Groups[3].Value, out var value)) return "not a number";
        if (_type == "counter" && !(value >= 0)) return "a counter below zero";
        if (_type == "info" && value != 1) return "an info that is not 1";
        return _type == "histogram" ? OfHistogram(suffix, labels, value) : null;
    }

    bool IsAllowed(string suffix) => _type switch
    {
        "counter" => suffix == (_isOpenMetrics ? "_total" : ""),
        "histogram" => suffix is "_bucket" or "_count" or "_sum",
        "info" => suffix == "_info",
        _ => suffix == "",
    };

    string? OfHistogram(string suffix, string labels, double value)
    {
        var rest = Bound().Replace(labels, "").Replace("{}", "");
        if (rest != _metric && suffix != "_bucket") return "without its buckets";
        var isWhole = _metric is null || _bucket is { Bound: double.PositiveInfinity };
        if (rest != _metric && !isWhole) return "no bucket +Inf";
        _metric = rest;
        if (suffix == "_sum") return null;
        if (suffix == "_count")
            return _bucket == (rest, double.PositiveInfinity, value) ? null : "not the count of +Inf";
        if (!TryRead(Bound().Match(labels).Groups[1].Value, out var upTo)) return "no bound";
        var last = _bucket;
        _bucket = (rest, upTo, value);
        if (last is not { } before || before.Labels != rest) return null;
        return upTo > before.Bound && value >= before.Count ? null : "a bucket that shrinks";
    }

    string? EndOfFamily() =>
        _family is not null && _help is null ? $"{_family} has no help"
        : _bucket is { Bound: not double.PositiveInfinity } ? $"{_family} has no bucket +Inf" : null;

    static bool TryRead(string text, out double value)
    {
        if (text is "+Inf" or "-Inf" or "NaN")
        {
            value = text == "NaN" ? double.NaN : text == "+Inf" ? double.PositiveInfinity : double.NegativeInfinity;
            return true;
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }

    [GeneratedRegex(@"^# (TYPE|HELP|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$", RegexOptions.None, Limit)]
    private static partial Regex Descriptor();

    [GeneratedRegex("^(" + Name + ")((?:\\{" + Pair + "(?:," + Pair + ")*\\})?) (\\S+)$", RegexOptions.None, Limit)]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\\n]|\\["\\n])*" """, RegexOptions.IgnorePatternWhitespace, Limit)]
    private static partial Regex Label();

    [GeneratedRegex(""",?le="([^"]*)" """, RegexOptions.IgnorePatternWhitespace, Limit)]
    private static partial Regex Bound();

    [GeneratedRegex("(_total|_info|_bucket|_count|_sum|_created)$", RegexOptions.None, Limit)]
    private static partial Regex Suffixes();

    [GeneratedRegex("""^(?:[^\\"]|\\[\\n"])*$""", RegexOptions.None, Limit)]
    private static partial Regex HelpOfOpenMetrics();

    [GeneratedRegex("""^(?:[^\\]|\\[\\n])*$""", RegexOptions.None, Limit)]
    private static partial Regex HelpOfPrometheus();
}
