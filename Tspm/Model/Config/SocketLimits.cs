using Tspm.Text;

namespace Tspm.Model.Config;

/// <summary>
/// What the control socket allows, as <c>limits</c> of <c>settings.json</c> sets it and <c>status</c> shows it. Why
/// there are limits although only one user and root may speak: a program that has gone wild must not keep its owner
/// from typing <c>tspm stop</c>.
/// </summary>
internal sealed class SocketLimits
{
    static readonly string[] Names = ["connections", "requestsPerSecond", "requestBurst", "firstRequestMs",
        "restOfRequestMs", "slowReaderMs"];

    static readonly int[] Defaults = [128, 2000, 4000, 5000, 30_000, 60_000];

    /// <summary>One connection is needed to look, another one to act.</summary>
    static readonly int[] Least = [2, 0, 1, 100, 100, 100];

    static readonly int[] Most = [10_000, 1_000_000, 1_000_000, 3_600_000, 3_600_000, 3_600_000];

    readonly int[] _values = [.. Defaults];

    /// <summary>Without <c>settings.json</c>.</summary>
    public static readonly SocketLimits Default = new();

    /// <summary>At once; the next one is told and closed.</summary>
    public int Connections => _values[0];

    /// <summary>Of one connection, on average; 0: no limit.</summary>
    public int RequestsPerSecond => _values[1];

    /// <summary>So many may come at once when a connection has been quiet.</summary>
    public int RequestBurst => _values[2];

    /// <summary>
    /// Within which a new connection must have made its first request: idle strangers do not use up
    /// <see cref="Connections"/>.
    /// </summary>
    public TimeSpan FirstRequest => TimeSpan.FromMilliseconds(_values[3]);

    /// <summary>Within which a request that has begun must be there as a whole.</summary>
    public TimeSpan RestOfRequest => TimeSpan.FromMilliseconds(_values[4]);

    /// <summary>How long a client may leave an answer, or a part of a stream, unread.</summary>
    public TimeSpan SlowReader => TimeSpan.FromMilliseconds(_values[5]);

    /// <summary>
    /// Those that were given in place of the defaults. <see cref="Problem"/> says whether they can be.
    /// </summary>
    public static SocketLimits Of(IReadOnlyDictionary<string, int>? given)
    {
        if (given is null) return Default;
        var limits = new SocketLimits();
        foreach (var (name, value) in given) limits._values[Array.IndexOf(Names, name)] = value;
        return limits;
    }

    /// <summary>A sentence about the first that cannot be; null: all can.</summary>
    public static string? Problem(IReadOnlyDictionary<string, int>? given)
    {
        if (given is null) return null;
        foreach (var (name, value) in given)
        {
            var at = Array.IndexOf(Names, name);
            if (at < 0)
                return $"limits.{name} is not a known limit{NearestName.Question(name, Names)}; known are "
                    + $"{string.Join(", ", Names)}";
            if (value < Least[at] || value > Most[at])
                return $"limits.{name} must be a whole number from {Least[at]} to {Most[at]}, but is {value}";
        }
        return null;
    }

    /// <summary>All of them, for <c>status</c>.</summary>
    public Dictionary<string, int> All()
    {
        var all = new Dictionary<string, int>();
        for (var i = 0; i < Names.Length; i++) all[Names[i]] = _values[i];
        return all;
    }
}
