using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Output.Listing;

/// <summary>
/// Selects and sorts the processes of a list. What needs attention comes first: failed states, high numbers, long
/// uptimes. What is not known comes last, and equal processes are sorted by name.
/// </summary>
internal static class ListOrder
{
    /// <summary>The accepted forms, for error messages.</summary>
    public const string Forms =
        "name, state, cpu, mem, uptime, restarts or id; with :asc or :desc after it to choose the direction, such as "
        + "mem:asc";

    /// <summary>What processes can be sorted by.</summary>
    public static readonly string[] Keys = ["name", "state", "cpu", "mem", "uptime", "restarts", "id"];

    /// <summary>
    /// Whether processes can be sorted by this, such as <c>cpu</c>, <c>cpu:asc</c> or <c>name:desc</c>.
    /// </summary>
    public static bool IsKnown(string sort) => Array.IndexOf(Keys, KeyOf(sort, out _)) >= 0;

    /// <summary>The processes that the options select, in their order.</summary>
    public static IReadOnlyList<ProcessStatus> Apply(IReadOnlyList<ProcessStatus> processes, ListOptions options)
    {
        if (options.States is { } states)
            processes = [.. processes.Where(process => states.Contains(process.State))];
        if (options.Sort is not { } sort) return processes;
        var key = KeyOf(sort, out var isReversed);
        var sorted = processes.ToArray();
        Array.Sort(sorted, (one, other) => Compare(one, other, key!, isReversed));
        return sorted;
    }

    /// <returns>Null if the direction is not known.</returns>
    static string? KeyOf(string sort, out bool isReversed)
    {
        var colon = sort.IndexOf(':');
        var key = colon < 0 ? sort : sort[..colon];
        if (key == "memory") key = "mem";
        var begins = key is "name" or "id" or "state" ? "asc" : "desc";
        var direction = colon < 0 ? begins : sort[(colon + 1)..];
        isReversed = direction != begins;
        return direction is "asc" or "desc" ? key : null;
    }

    static int Compare(ProcessStatus one, ProcessStatus other, string key, bool isReversed)
    {
        var sign = isReversed ? -1 : 1;
        var order = key switch
        {
            "name" => sign * string.CompareOrdinal(one.Name, other.Name),
            "state" => sign * Urgency(one.State).CompareTo(Urgency(other.State)),
            "id" => sign * one.Id.CompareTo(other.Id),
            _ => CompareNumbers(NumberOf(one, key), NumberOf(other, key), isReversed),
        };
        if (order == 0) order = string.CompareOrdinal(one.Name, other.Name);
        if (order == 0) order = one.Id.CompareTo(other.Id);
        return order != 0 ? order : one.Instance.CompareTo(other.Instance);
    }

    /// <summary>The greater number first, or last if reversed; an unknown one is last in both cases.</summary>
    static int CompareNumbers(double? one, double? other, bool isReversed)
    {
        if (one is null || other is null) return (one is null).CompareTo(other is null);
        return isReversed ? one.Value.CompareTo(other.Value) : other.Value.CompareTo(one.Value);
    }

    static double? NumberOf(ProcessStatus process, string key) => key switch
    {
        "cpu" => process.CpuPercent,
        "mem" => process.MemoryBytes,
        "uptime" => process.UptimeMs,
        _ => process.Restarts,
    };

    static int Urgency(ProcessState state) => state switch
    {
        ProcessState.Errored => 0,
        ProcessState.Waiting => 1,
        ProcessState.Starting => 2,
        ProcessState.Stopping => 3,
        ProcessState.Online => 4,
        _ => 5,
    };
}
