using System.Globalization;

namespace Tspm.Tests.Bench;

/// <summary>What was measured beside its limit.</summary>
internal sealed class BenchTable
{
    readonly List<string> _rows = [$"{"what",-42} {"measured",10}  {"limit",8}"];

    public void Add(string what, double measured, string unit, double? limit)
    {
        var limitText = limit is { } value ? value.ToString(CultureInfo.InvariantCulture) : "-";
        var verdict = limit is null ? "" : measured <= limit ? "  held" : "  OVER";
        _rows.Add(string.Create(CultureInfo.InvariantCulture,
            $"{what,-42} {measured,10:0.00}  {limitText,8} {unit}{verdict}"));
    }

    public override string ToString() => string.Join('\n', _rows);
}
