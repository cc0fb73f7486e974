using Tspm.Client.CommandLine;
using Tspm.Client.Monit.Feeds;
using Tspm.Client.Monit.Model;
using Tspm.Text;

namespace Tspm.Client.Monit;

/// <summary>What the flags of <c>monit</c> ask for.</summary>
internal sealed record MonitOptions
{
    /// <summary>The time between two readings if nothing happens.</summary>
    static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(1);

    /// <summary>The processes; null for all.</summary>
    public string[]? Selectors { get; init; }

    public string? Sort { get; init; }

    public MonitTab Tab { get; init; }

    public bool IsReadOnly { get; init; }

    public TimeSpan Interval { get; init; }

    /// <summary>Print one frame and end.</summary>
    public bool IsOnce { get; init; }

    public static MonitOptions From(ParsedLine line) => new()
    {
        Selectors = line.Selectors,
        Sort = line.ValueOf("sort"),
        Tab = line.ValueOf("tab") is { } tab && TabOf(tab) is { } known ? known : MonitTab.Logs,
        IsReadOnly = line.IsOn("read-only"),
        Interval = line.ValueOf("interval") is { } text && Duration.TryParse(text, out var interval)
            ? interval : UsualInterval,
        IsOnce = line.IsOn("once"),
    };

    /// <summary>The names of the tabs, for messages.</summary>
    public const string Tabs = "logs, why, info, env, events or graph";

    /// <returns>Null if no tab has this name.</returns>
    public static MonitTab? TabOf(string name)
    {
        foreach (var tab in Enum.GetValues<MonitTab>())
            if (string.Equals(tab.ToString(), name, StringComparison.OrdinalIgnoreCase)) return tab;
        return null;
    }

    /// <summary>What is wrong with a value of <c>--interval</c>.</summary>
    /// <returns>Null if it is valid.</returns>
    public static string? ProblemOfInterval(string value) =>
        Duration.TryParse(value, out var interval) && interval < ReadingFeed.ShortestInterval
            ? $"expected {Duration.Format(ReadingFeed.ShortestInterval)} or more" : null;
}
