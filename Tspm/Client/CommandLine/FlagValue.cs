using System.Globalization;
using Tspm.Client.Output.Listing;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Checks the value of a flag before anything is sent, so that a typing error changes nothing.
/// </summary>
internal static class FlagValue
{
    /// <exception cref="UsageException">The value is not of the flag's kind.</exception>
    public static void Check(Flag flag, string value)
    {
        var problem = flag.Kind switch
        {
            FlagKind.Assignment when value.IndexOf('=') <= 0 => "expected KEY=VALUE",
            FlagKind.Count when !IsCount(value) => "expected a whole number, 0 or greater",
            FlagKind.Integer when !int
                .TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) =>
                    "expected a whole number",
            FlagKind.Counts when !value.Split(',').All(IsCount) =>
                "expected whole numbers separated by commas, such as 0,2",
            FlagKind.Duration when !Duration.TryParse(value, out _) =>
                "expected milliseconds or a time such as 500ms, 10s, 5m, 2h",
            FlagKind.Size when !ByteSize.TryParse(value, out _) => "expected bytes or a size such as 512KB, 512MB, 2GB",
            FlagKind.Text when value.Length == 0 => "expected a value",
            _ => null,
        } ?? ProblemOfFlag(flag.Name, value);
        if (problem is not null)
            throw new UsageException($"--{flag.Name}: '{Tspm.Client.Terminal.ControlText.Escape(value)}' is not "
                + $"valid; {problem}");
    }

    static string? ProblemOfFlag(string name, string value) => name switch
    {
        "format" when !Protocol.MetricsFormat.IsKnown(value) => $"expected {Protocol.MetricsFormat.Expected}",
        "sort" when !ListOrder.IsKnown(value) => $"expected {ListOrder.Keys}",
        "tab" when Monit.MonitOptions.TabOf(value) is null => $"expected {Monit.MonitOptions.Tabs}",
        "interval" => Monit.MonitOptions.ProblemOfInterval(value),
        "state" when ListOptions.ParseStates(value) is null =>
            "expected online, starting, stopping, stopped, waiting or errored, separated by commas",
        "columns" when ListOptions.ParseColumns(value) is null =>
            $"expected names separated by commas, of: {ListColumns.Names}",
        "restart" when value is not ("always" or "on-failure" or "never") => "expected always, on-failure or never",
        "stdin" when value is not ("null" or "pipe") => "expected null or pipe",
        "name" or "namespace" when ProcessName.Problem(value) is { } problem => problem,
        "stop-signal" when !Signals.TryParse(value, out _) => "expected a signal such as SIGTERM, INT or 15",
        "depends-on" => ProblemOfDependency(value),
        "umask" when value.Length > 4 || value.Any(static digit => digit is < '0' or > '7') =>
            "expected an octal mask such as 027",
        "nice" when int.Parse(value, CultureInfo.InvariantCulture) is < -20 or > 19 =>
            "expected a number from -20 to 19",
        "instances" when InstanceCount.Parse(value) is null or < 1 => "expected a number, 1 or greater, or max",
        "ready" or "health" => ProblemOfProbe(name, value),
        "cron" => Tspm.Config.Validation.CronTimes.ProblemOf(value),
        "time-zone" => Tspm.Config.Validation.CronTimes.ProblemOfZone(value),
        "listen" when ListenAddress.Parse(value) is null => $"expected {ListenAddress.Expected}",
        "watch-paths" or "watch-ignore" when value.Trim(',', ' ').Length == 0 =>
            "expected paths or patterns separated by commas",
        _ => null,
    };

    static string? ProblemOfDependency(string value)
    {
        const string dependencyForm =
            "expected the name of a process, optionally followed by :started, :ready or :completed";
        if (value.EndsWith(':') || ProcessName.StoredProblem(Dependency.Parse(value).Name) is not null)
            return dependencyForm;
        return Dependency.MisspeltConditionHint(value) is { Length: > 0 } question ? dependencyForm + question : null;
    }

    static string? ProblemOfProbe(string name, string value) =>
        ProbeText.Parse(value) is not { } probe
            ? ProbeText.Expected
            : Tspm.Config.Validation.ProbeRules.Problem(probe, isHealth: name == "health")?.Sentence;

    static bool IsCount(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
