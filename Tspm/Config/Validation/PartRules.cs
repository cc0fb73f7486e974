using System.Globalization;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Validation;

/// <summary>
/// Rules of <see cref="ConfigValidation"/> for fields with several parts: each part that breaks one is reported.
/// </summary>
internal static class PartRules
{
    /// <summary>
    /// A tcp probe must not connect to an address that Tspm listens on itself: the connection is accepted whether the
    /// program runs or not.
    /// </summary>
    public static RuleBreach? Listened(ProcessConfig config, Probe? probe)
    {
        if (probe?.Tcp is not { } place || HostPort.Parse(place) is not { } target) return null;
        foreach (var text in config.Listen ?? [])
            if (ListenAddress.Parse(text) is { } address && address.Takes(target))
                return new RuleBreach(
                    JsonProblems.Quote(place),
                    $"{JsonProblems.Quote(place)} always accepts connections, because Tspm listens there for the "
                    + $"process (listen: {JsonProblems.Quote(text)}); use http, or notify if the program sends READY=1",
                    ".tcp");
        return null;
    }

    /// <summary>Hooks whose command is not valid.</summary>
    public static IEnumerable<RuleBreach> Hooks(HookConfig hooks)
    {
        string?[] named = ["preStart", hooks.PreStart, "postStop", hooks.PostStop, "onCrash", hooks.OnCrash,
            "onErrored", hooks.OnErrored, "onOnline", hooks.OnOnline];
        for (var i = 0; i < named.Length; i += 2)
        {
            if (named[i + 1] is not { } command) continue;
            var problem = HasNul(command) ? "it contains a NUL character" : ShellWords.Analyze(command).Problem;
            if (problem is null) continue;
            yield return new RuleBreach(JsonProblems.Quote(command),
                $"{JsonProblems.Quote(command)} is not a valid command: {problem}", "." + named[i]);
        }
    }

    /// <summary>Variables with a name or a value that no environment can hold.</summary>
    public static IEnumerable<RuleBreach> Variables(ProcessConfig config)
    {
        foreach (var (key, value) in config.Env ?? new Dictionary<string, string>())
        {
            if (key.Length == 0 || key.Contains('=') || HasNul(key))
            {
                var name = JsonProblems.Quote(key);
                yield return new RuleBreach(name,
                    $"{name} is not a valid variable name; it must not be empty or contain '=' or NUL");
            }
            else if (HasNul(value))
                yield return new RuleBreach("a NUL character", "the value contains a NUL character", "." + key);
        }
    }

    /// <summary>Dependencies with an impossible name or an unknown condition.</summary>
    public static IEnumerable<RuleBreach> Dependencies(ProcessConfig config)
    {
        for (var i = 0; i < config.DependsOn?.Count; i++)
        {
            var dependency = config.DependsOn[i];
            if (ProcessName.StoredProblem(dependency.Name) is { } problem)
                yield return new RuleBreach(JsonProblems.Quote(dependency.Name), problem, $"[{i}].name");
            if (!Dependency.IsCondition(dependency.Condition))
                yield return new RuleBreach(JsonProblems.Quote(dependency.Condition!), null, $"[{i}].condition")
                {
                    Expected = "one of started, ready, completed",
                };
        }
    }

    /// <summary>Addresses to listen on that are not valid or given twice, or too many of them.</summary>
    public static IEnumerable<RuleBreach> Addresses(ProcessConfig config)
    {
        if (config.Listen is not { } addresses) return [];
        if (addresses.Count > ConfigValidation.MaxListeners)
            return [new RuleBreach(addresses.Count.ToString(CultureInfo.InvariantCulture),
                $"at most {ConfigValidation.MaxListeners} addresses can be passed to a process")];
        var twice = Enumerable.Range(0, addresses.Count).Where(i => addresses.Take(i).Contains(addresses[i]))
            .Select(i => new RuleBreach(JsonProblems.Quote(addresses[i]),
                $"{JsonProblems.Quote(addresses[i])} is given twice; remove one of the two", $"[{i}]"));
        return twice.Concat(Items(addresses, address => ListenAddress.Parse(address) is null));
    }

    /// <summary>The items of a list that are bad.</summary>
    public static IEnumerable<RuleBreach> Items<T>(IReadOnlyList<T>? items, Func<T, bool> isBad) where T : notnull
    {
        for (var i = 0; i < items?.Count; i++)
        {
            if (!isBad(items[i])) continue;
            var found = items[i] is string text
                ? JsonProblems.Quote(text)
                : string.Create(CultureInfo.InvariantCulture, $"{items[i]}");
            yield return new RuleBreach(found, null, $"[{i}]");
        }
    }

    static bool HasNul(string text) => text.Contains('\0');
}
