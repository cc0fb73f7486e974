using System.Globalization;
using Tspm.Text;

namespace Tspm.Model.State;

/// <summary>Phrases about killed processes.</summary>
internal static class KilledText
{
    /// <summary>Number of processes that are named; the rest is only counted.</summary>
    const int MaxNamed = 5;

    /// <summary>A list such as "node (pid 12), sh (pid 13) and 3 more".</summary>
    public static string List(IReadOnlyList<KilledProcess> killed)
    {
        var named = string.Join(", ", killed.Take(MaxNamed).Select(
            static process => string.Create(CultureInfo.InvariantCulture, $"{process.Name} (pid {process.Pid})")));
        var rest = killed.Count - MaxNamed;
        return rest <= 0 ? named : string.Create(CultureInfo.InvariantCulture, $"{named} and {rest} more");
    }

    /// <summary>
    /// The warning about a stop that needed SIGKILL, for example "pid 12 did not end within 10 s and was killed (see
    /// stop.timeoutMs and stop.signal)".
    /// </summary>
    /// <param name="exit">The exit, with the processes that were killed.</param>
    /// <param name="timeout">The time that the child had.</param>
    /// <returns>Null if everything ended in time.</returns>
    public static string? Warning(RecentExit exit, TimeSpan timeout)
    {
        var survivors = exit.Survivors is { Count: > 0 } others ? Survivors(others) : null;
        if (Killed(exit, timeout) is not { } killed) return survivors;
        return survivors is null ? killed : $"{killed}; {survivors}";
    }

    static string Survivors(IReadOnlyList<KilledProcess> survivors)
    {
        var pids = string.Join(
            ' ', survivors.Select(static process => process.Pid.ToString(CultureInfo.InvariantCulture)));
        var (verb, pronoun) = survivors.Count == 1 ? ("belongs", "it is") : ("belong", "they are");
        return $"{List(survivors)} {verb} to another user, so {pronoun} still running; end with: sudo kill {pids}";
    }

    static string? Killed(RecentExit exit, TimeSpan timeout)
    {
        if (exit.Killed is not { Count: > 0 } killed) return null;
        List<KilledProcess> others = [.. killed.Where(process => process.Pid != exit.Pid)];
        var also = "";
        var who = string.Create(CultureInfo.InvariantCulture, $"pid {exit.Pid} ");
        if (others.Count == killed.Count) who = $"{List(others)} ";
        else if (others.Count > 0) also = $", along with {List(others)}";
        var isMainKilled = others.Count < killed.Count;
        var was = !isMainKilled && others.Count > 1 ? "were" : "was";
        // Leftover processes of a crash have less time than a stop, so only the time of the main program is named.
        var when = isMainKilled ? $"within {Duration.Format(timeout)}" : "in time";
        return $"{who}did not end {when} and {was} killed{also} (see stop.timeoutMs and stop.signal)";
    }
}
