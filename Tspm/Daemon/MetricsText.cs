using System.Globalization;
using System.Text;

namespace Tspm.Daemon;

/// <summary>
/// Writes metrics in one of two text formats, one family after the other. In OpenMetrics 1.0 the TYPE line names the
/// family without the suffix of its samples; the format has units and the type <c>info</c>, and ends with
/// <c># EOF</c>. In format 0.0.4 the TYPE line names the samples themselves. Its readers reject the whole text if they
/// do not know a type, so an info metric is written as a gauge
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
/// </summary>
/// <param name="isOpenMetrics">True for OpenMetrics 1.0, false for format 0.0.4.</param>
internal sealed class MetricsText(bool isOpenMetrics)
{
    public const string Gauge = "gauge", Counter = "counter", Histogram = "histogram", Info = "info";

    const string Prefix = "tspm_";

    /// <summary>In OpenMetrics, a family whose name ends with one of these has a UNIT line.</summary>
    static readonly string[] Units = ["seconds", "bytes", "ratio"];

    readonly StringBuilder _text = new();

    /// <summary>Begins a family; its samples follow.</summary>
    /// <param name="name">The name without the suffix that the type adds to the samples.</param>
    /// <param name="type">One of the constants above.</param>
    /// <param name="help">One sentence that describes the family.</param>
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
        // Format 0.0.4 does not escape quotes in HELP lines.
        Escape(help, escapesQuotes: isOpenMetrics);
        _text.Append('\n');
    }

    /// <summary>Adds a sample to the current family.</summary>
    /// <param name="name">The name of the family with the suffix that its type requires (<c>_total</c> …).</param>
    /// <param name="value">The value; without one, no sample is written.</param>
    /// <param name="labels">Alternating names and values.</param>
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

    /// <summary>Finishes the text and returns it.</summary>
    public string End()
    {
        if (isOpenMetrics) _text.Append("# EOF\n");
        return _text.ToString();
    }

    static string? UnitOf(string name) =>
        Array.Find(Units, unit => name.EndsWith("_" + unit, StringComparison.Ordinal));

    void Descriptor(string kind, string name, string value) =>
        _text.Append("# ").Append(kind).Append(' ').Append(Prefix).Append(name).Append(' ').Append(value).Append('\n');

    /// <summary>Formats a number; both formats spell numbers alike.</summary>
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
