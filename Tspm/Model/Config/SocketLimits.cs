using Tspm.Text;

namespace Tspm.Model.Config;

/// <summary>
/// The limits of the control socket, set by <c>limits</c> of <c>settings.json</c> and shown by <c>status</c>. Only one
/// user and root can connect, but a runaway program of that user must not keep its owner from typing <c>tspm stop</c>.
/// </summary>
internal sealed class SocketLimits
{
    static readonly string[] Names = ["connections", "requestsPerSecond", "requestBurst", "firstRequestMs",
        "restOfRequestMs", "slowReaderMs"];

    static readonly int[] Defaults = [128, 2000, 4000, 5000, 30_000, 60_000];

    // At least two connections: one that follows logs or events, and one that acts.
    static readonly int[] Minimums = [2, 0, 1, 100, 100, 100];

    static readonly int[] Maximums = [10_000, 1_000_000, 1_000_000, 3_600_000, 3_600_000, 3_600_000];

    readonly int[] _values = [.. Defaults];

    /// <summary>The limits without <c>settings.json</c>.</summary>
    public static readonly SocketLimits Default = new();

    /// <summary>Number of connections at a time. A further one is refused with an error and closed.</summary>
    public int Connections => _values[0];

    /// <summary>Average rate allowed on one connection; 0 means no limit.</summary>
    public int RequestsPerSecond => _values[1];

    /// <summary>Number of requests that a connection may send at once after a quiet time.</summary>
    public int RequestBurst => _values[2];

    /// <summary>
    /// Time within which a new connection must send its first request, so that idle connections do not use up <see
    /// cref="Connections"/>.
    /// </summary>
    public TimeSpan FirstRequest => TimeSpan.FromMilliseconds(_values[3]);

    /// <summary>Time within which a request must be complete once it has begun.</summary>
    public TimeSpan RestOfRequest => TimeSpan.FromMilliseconds(_values[4]);

    /// <summary>Time for which a client may leave an answer, or a part of a stream, unread.</summary>
    public TimeSpan SlowReader => TimeSpan.FromMilliseconds(_values[5]);

    /// <summary>The defaults, overridden by the given limits, which <see cref="Problem"/> must have accepted.</summary>
    public static SocketLimits From(IReadOnlyDictionary<string, int>? given)
    {
        if (given is null) return Default;
        var limits = new SocketLimits();
        foreach (var (name, value) in given) limits._values[Array.IndexOf(Names, name)] = value;
        return limits;
    }

    /// <summary>Checks the given limits.</summary>
    /// <returns>A sentence about the first invalid one, or null if all are valid.</returns>
    public static string? Problem(IReadOnlyDictionary<string, int>? given)
    {
        if (given is null) return null;
        foreach (var (name, value) in given)
        {
            var at = Array.IndexOf(Names, name);
            if (at < 0)
                return $"limits.{name} is not a known limit{NearestName.Question(name, Names)}; known limits are "
                    + $"{string.Join(", ", Names)}";
            var (least, most) = (Minimums[at], Maximums[at]);
            if (value < least || value > most)
                return $"limits.{name} must be a whole number from {least} to {most}, but is {value}";
        }
        return null;
    }

    /// <summary>All limits by name, for <c>status</c>.</summary>
    public Dictionary<string, int> All()
    {
        var all = new Dictionary<string, int>();
        for (var i = 0; i < Names.Length; i++) all[Names[i]] = _values[i];
        return all;
    }
}
