using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Validation;

/// <summary>
/// Checks a probe for <see cref="ConfigValidation"/> and reports the member below <c>ready</c> or <c>health</c>, what
/// was found, and a sentence.
/// </summary>
internal static class ProbeRules
{
    const string Kinds = "one of notify, tcp, http, log, exec, delayMs";

    /// <summary>Checks a probe.</summary>
    /// <returns>All problems; empty if it is valid.</returns>
    public static IEnumerable<ConfigProblem> Problems(Probe probe, bool isHealth)
    {
        object?[] kinds = [probe.Notify, probe.Tcp, probe.Http, probe.Log, probe.Exec, probe.DelayMs];
        var count = kinds.Count(static kind => kind is not null);
        if (count != 1)
        {
            var found = count == 0 ? "none" : "several";
            return [new ConfigProblem(
                "", found, Kinds, $"a probe must have exactly {Kinds}, but this one has {found}")];
        }
        var ofKind = isHealth && probe.DelayMs is not null ? null : OfKind(probe);
        return (isHealth ? OfHealth(probe) : OfReady(probe)).Prepend(ofKind).OfType<ConfigProblem>();
    }

    static ConfigProblem? OfKind(Probe probe)
    {
        if (probe.Notify == false)
            return Bad("notify", "false", "must be true; remove the probe to disable it");
        if (probe.Tcp is { } place && HostPort.Parse(place) is null)
            return Bad("tcp", JsonProblems.Quote(place),
                "must be HOST:PORT with a port from 1 to 65535, such as 127.0.0.1:8080 or [::1]:8080");
        if (probe.Http is { } url && HttpAddress.Parse(url) is null)
            return url.StartsWith("https:", StringComparison.OrdinalIgnoreCase)
                ? Bad("http", JsonProblems.Quote(url),
                    "must begin with http://: probes do not use encryption; use an unencrypted port of this machine, "
                        + "or exec with curl")
                : Bad("http", JsonProblems.Quote(url),
                    "must be a URL such as http://127.0.0.1:8080/health, with a port from 1 to 65535");
        if (probe.Log is { } pattern && PatternProblem(pattern) is { } mistake)
            return Bad("log", JsonProblems.Quote(pattern), mistake);
        if (probe.Exec is { } command && CommandProblem(command) is { } fault)
            return Bad("exec", JsonProblems.Quote(command), $"must be a valid command: {fault}");
        return probe.DelayMs < 0 ? Bad("delayMs", AsText(probe.DelayMs), "must be a whole number, 0 or more") : null;
    }

    static string? CommandProblem(string command) =>
        command.Contains('\0') ? "it contains a NUL character" : ShellWords.Analyze(command).Problem;

    static IEnumerable<ConfigProblem?> OfReady(Probe probe)
    {
        if (probe.IntervalMs is { } interval) yield return OnlyHealth("intervalMs", interval);
        if (probe.TimeoutMs is { } timeout) yield return OnlyHealth("timeoutMs", timeout);
        if (probe.Failures is { } failures) yield return OnlyHealth("failures", failures);
    }

    static IEnumerable<ConfigProblem?> OfHealth(Probe probe)
    {
        if (probe.DelayMs is { } delay)
            yield return Bad("delayMs", AsText(delay),
                "is a delay, which cannot check health; use notify, tcp, http, log or exec");
        if (probe.IntervalMs < Probe.MinIntervalMs)
            yield return Bad("intervalMs", AsText(probe.IntervalMs),
                $"must be a whole number, {AsText(Probe.MinIntervalMs)} or more");
        if (probe.TimeoutMs < 1)
            yield return Bad("timeoutMs", AsText(probe.TimeoutMs), "must be a whole number, 1 or more");
        if (probe.Failures < 1)
            yield return Bad("failures", AsText(probe.Failures), "must be a whole number, 1 or more");
    }

    static ConfigProblem OnlyHealth(string member, int value) =>
        Bad(member, AsText(value),
            "is not allowed here: this field exists only in health; the time limit of a start is startTimeoutMs");

    static ConfigProblem Bad(string member, string found, string words) =>
        new("." + member, found, words, $"{found} {words}");

    /// <summary>What is wrong with a regular expression; null if it is valid.</summary>
    static string? PatternProblem(string pattern)
    {
        if (pattern.Length == 0) return "must be a regular expression that is not empty";
        if (TimedRegex.LengthProblem(pattern) is { } tooLong)
            return $"must be a shorter regular expression: it {tooLong}";
        return TimedRegex.TryBuild(pattern, out var mistake) is null
            ? $"must be a valid regular expression: {mistake}"
            : null;
    }

    static string AsText(int? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";
}
