using System.Globalization;
using System.Text;

namespace Tspm.Daemon;

/// <summary>Writes the text format of OpenMetrics 1.0 (https://github.com/prometheus/OpenMetrics): families one after the other, each with its samples, and <c># EOF</c>.</summary>
internal sealed class OpenMetricsText
{
    readonly StringBuilder _text = new();

    /// <summary>Begins a family; its samples follow.</summary>
    public void Family(string name, string type, string help) => _text.Append("# TYPE tspm_").Append(name).Append(' ').Append(type).Append("\n# HELP tspm_").Append(name).Append(' ').Append(help).Append('\n');

    /// <param name="name">Of the family, with the suffix that its type asks for (<c>_total</c>, <c>_bucket</c> …).</param>
    /// <param name="value">What was not observed has no sample.</param>
    /// <param name="labels">Names and values, in turn.</param>
    public void Sample(string name, double? value, params ReadOnlySpan<string> labels)
    {
        if (value is not { } number) return;
        _text.Append("tspm_").Append(name);
        for (var i = 0; i + 1 < labels.Length; i += 2)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i]).Append("=\"");
            Escape(labels[i + 1]);
            _text.Append('"');
        }
        if (labels.Length > 0) _text.Append('}');
        _text.Append(' ').Append(number.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    /// <summary>The whole.</summary>
    public string End() => _text.Append("# EOF\n").ToString();

    void Escape(string value)
    {
        foreach (var letter in value)
            switch (letter)
            {
                case '\\': _text.Append("\\\\"); break;
                case '"': _text.Append("\\\""); break;
                case '\n': _text.Append("\\n"); break;
                default: _text.Append(letter); break;
            }
    }
}
