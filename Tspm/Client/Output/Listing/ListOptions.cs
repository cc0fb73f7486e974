using Tspm.Client.CommandLine;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Output.Listing;

/// <summary>What the flags of <c>list</c> ask for. The default is the list without flags.</summary>
internal sealed record ListOptions
{
    /// <summary>See <see cref="ListOrder"/>; null for the order of ids.</summary>
    public string? Sort { get; init; }

    /// <summary>Only processes in one of these states; null for all.</summary>
    public IReadOnlyList<ProcessState>? States { get; init; }

    /// <summary>Exactly these columns, in this order; null for the usual ones.</summary>
    public IReadOnlyList<ListColumn>? Columns { get; init; }

    /// <summary>All columns with whole texts, even if the lines are then wider than the terminal.</summary>
    public bool IsWide { get; init; }

    /// <summary>Only names, one per line.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Print JSON.</summary>
    public bool IsJson { get; init; }

    /// <exception cref="UsageException">Two of the flags exclude each other.</exception>
    public static ListOptions From(ParsedLine line)
    {
        RefuseBoth(line, "quiet", "json");
        RefuseBoth(line, "quiet", "follow");
        RefuseBoth(line, "json", "follow");
        foreach (var only in new[] { "quiet", "json" })
            if (line.ValueOf("columns") is not null && line.IsOn(only)) throw Excluded("columns", only);
        return new ListOptions
        {
            Sort = line.ValueOf("sort"),
            States = line.ValueOf("state") is { } states ? ParseStates(states) : null,
            Columns = line.ValueOf("columns") is { } columns ? ParseColumns(columns) : null,
            IsWide = line.IsOn("wide"),
            IsQuiet = line.IsOn("quiet"),
            IsJson = line.IsOn("json"),
        };
    }

    /// <returns>Null if a name is not that of a state.</returns>
    public static IReadOnlyList<ProcessState>? ParseStates(string text)
    {
        var states = new List<ProcessState>();
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var known = states.Count;
            for (var state = ProcessState.Stopped; state <= ProcessState.Errored; state++)
                if (Display.State(state) == name) states.Add(state);
            if (states.Count == known) return null;
        }
        return states;
    }

    /// <returns>Null if a name is not that of a column.</returns>
    public static IReadOnlyList<ListColumn>? ParseColumns(string text)
    {
        var columns = new List<ListColumn>();
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (ListColumns.Find(name) is not { } column) return null;
            if (!columns.Contains(column)) columns.Add(column);
        }
        return columns;
    }

    /// <summary>The request that gets what the list shows.</summary>
    /// <param name="selectors">The processes; null for all.</param>
    /// <param name="width">The columns of the terminal; null if the output is not one.</param>
    public ListRequest Request(string[]? selectors, int? width) => new()
    {
        Selectors = selectors,
        Include = ShowsPorts(width) ? [ListRequest.IncludePorts] : null,
    };

    /// <summary>Whether the list shows ports, for which the daemon has to read more than otherwise.</summary>
    /// <param name="width">The columns of the terminal; null if the output is not one.</param>
    public bool ShowsPorts(int? width)
    {
        if (IsQuiet) return false;
        if (IsWide) return true;
        if (IsJson) return false;
        return Columns?.Contains(ListColumns.Ports) ?? width >= ListLayout.LeastWidthWithPorts;
    }

    static void RefuseBoth(ParsedLine line, string one, string other)
    {
        if (line.IsOn(one) && line.IsOn(other)) throw Excluded(one, other);
    }

    static UsageException Excluded(string one, string other) =>
        new($"--{one} and --{other} exclude each other; leave one out");
}
