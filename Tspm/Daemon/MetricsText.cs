using System.Globalization;
using System.Text;

namespace Tspm.Daemon;

/// <summary>
/// Writes metrics in one of two text formats, one family after the other. OpenMetrics 1.0 types a family by its name
/// without the suffix of its samples, knows units and the type <c>info</c>, and ends with <c># EOF</c>. Format 0.0.4
/// types the name of the samples themselves; its readers refuse a whole text with a type that they do not know, so an
/// info is a gauge there (https://prometheus.io/docs/instrumenting/exposition_formats/).
/// </summary>
/// <param name="isOpenMetrics">False: format 0.0.4.</param>
internal sealed class MetricsText(bool isOpenMetrics)
{
    public const string Gauge = "gauge", Counter = "counter", Histogram = "histogram", Info = "info";

    const string Prefix = "tspm_";

    /// <summary>A family whose name ends like this says so in OpenMetrics.</summary>
    static readonly string[] Units = ["seconds", "bytes", "ratio"];

    readonly StringBuilder _text = new();

    /// <summary>Begins a family; its samples follow.</summary>
    /// <param name="name">Without the suffix that its type gives to its samples.</param>
    /// <param name="type">One of the constants above.</param>
    /// <param name="help">A sentence.</param>
    public void Family(string name, string type, string help)
    {
        var shown = isOpenMetrics ? name : type switch
        {
            Counter => name + "_total",
            Info => name + "_info",
            _ => name,
        };
        var shownType = type == Info && !isOpenMetrics ? Gauge : type;
        Descriptor("TYPE", shown, shownType);
        if (isOpenMetrics && UnitOf(name) is { } unit) Descriptor("UNIT", shown, unit);
        _text.Append("# HELP ").Append(Prefix).Append(shown).Append(' ');
        // The older format knows no escaped quote here.
        Escape(help, escapesQuotes: isOpenMetrics);
        _text.Append('\n');
    }

    /// <param name="name">Of the family, with the suffix that its type asks for (<c>_total</c> …).</param>
    /// <param name="value">What was not observed has no sample.</param>
    /// <param name="labels">Names and values, in turn.</param>
    public void Sample(string name, double? value, params ReadOnlySpan<string> labels)
    {
        if (value is not { } number) return;
        _text.Append(Prefix).Append(name);
        for (var i = 0; i + 1 < labels.Length; i += 2)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i]).Append("=\"");
            Escape(labels[i + 1], escapesQuotes: true);
            _text.Append('"');
        }
        if (labels.Length > 0) _text.Append('}');
        _text.Append(' ').Append(Number(number)).Append('\n');
    }

    /// <summary>The whole.</summary>
    public string End()
    {
        if (isOpenMetrics) _text.Append("# EOF\n");
        return _text.ToString();
    }

    static string? UnitOf(string name) =>
        Array.Find(Units, unit => name.EndsWith("_" + unit, StringComparison.Ordinal));

    void Descriptor(string kind, string name, string value) =>
        _text.Append("# ").Append(kind).Append(' ').Append(Prefix).Append(name).Append(' ').Append(value).Append('\n');

    /// <summary>As both formats spell it.</summary>
    static string Number(double number) =>
        double.IsNaN(number) ? "NaN"
        : double.IsPositiveInfinity(number) ? "+Inf"
        : double.IsNegativeInfinity(number) ? "-Inf"
        : number.ToString(CultureInfo.InvariantCulture);

    void Escape(string value, bool escapesQuotes)
    {
        foreach (var letter in value)
            switch (letter)
            {
                case '\\': _text.Append("\\\\"); break;
                case '"' when escapesQuotes: _text.Append("\\\""); break;
                case '\n': _text.Append("\\n"); break;
                default: _text.Append(letter); break;
            }
    }
}
