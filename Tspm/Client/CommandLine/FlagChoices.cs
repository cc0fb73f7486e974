using Tspm.Client.Output.Listing;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.CommandLine;

/// <summary>The values of the flags that take one of a few.</summary>
internal static class FlagChoices
{
    /// <summary>The values, or how they begin: then they end with a colon or a slash.</summary>
    /// <returns>An empty array for a flag that takes any value.</returns>
    public static string[] Of(string flag) => flag switch
    {
        "restart" => ["always", "on-failure", "never"],
        "for" => Running.WaitGoal.States,
        "stdin" => ["null", "pipe"],
        "format" => [MetricsFormat.OpenMetrics, MetricsFormat.Prometheus],
        "sort" => ListOrder.Keys,
        "state" => Array.ConvertAll(StateNames.All, StateNames.NameOf),
        "columns" => Array.ConvertAll(ListColumns.All, static column => column.Name),
        "tab" => Array.ConvertAll(
            Enum.GetValues<Monit.Model.MonitTab>(), static tab => tab.ToString().ToLowerInvariant()),
        "kind" => [.. EventKind.All.Concat(CauseCode.All).Distinct()],
        "stop-signal" => [.. Signals.All],
        "ready" => ProbeText.Beginnings,
        "health" => Array.FindAll(ProbeText.Beginnings, static form => form != "delay:"),
        "instances" => ["max"],
        _ => [],
    };

    /// <summary>Whether the flag takes this value.</summary>
    public static bool Has(string flag, string value) => Array.IndexOf(Of(flag), value) >= 0;
}
