using System.Globalization;
using Tspm.Client.Output.Listing;
using Tspm.Config.Validation;
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
            FlagKind.Count or FlagKind.Integer => ProblemOfNumber(flag, value),
            FlagKind.Counts when !value.Split(',').All(IsExitCode) =>
                "expected exit codes from 0 to 255, separated by commas, such as 0,2",
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
        "sort" when !ListOrder.IsKnown(value) => $"expected {ListOrder.Forms}",
        "tab" when Monit.MonitOptions.TabOf(value) is null => $"expected {Monit.MonitOptions.Tabs}",
        "interval" => Monit.MonitOptions.ProblemOfInterval(value),
        "state" when ListOptions.ParseStates(value) is null =>
            "expected online, starting, stopping, stopped, waiting or errored, separated by commas",
        "columns" when ListOptions.ParseColumns(value) is null =>
            $"expected names separated by commas, of: {ListColumns.Names}",
        "restart" when !FlagChoices.Has(name, value) => "expected always, on-failure or never",
        "for" when !FlagChoices.Has(name, value) => "expected online, stopped, errored, exited or healthy",
        "stdin" when !FlagChoices.Has(name, value) => "expected null or pipe",
        "name" or "namespace" when ProcessName.Problem(value) is { } problem => problem,
        "stop-signal" when !Signals.TryParse(value, out _) => "expected a signal such as SIGTERM, INT or 15",
        "depends-on" => ProblemOfDependency(value),
        "port" when !ushort.TryParse(value, out var port) || port == 0 => "expected a port from 1 to 65535",
        "umask" when value.Length > 4 || value.Any(static digit => digit is < '0' or > '7') =>
            "expected an octal mask such as 027",
        "instances" when InstanceCount.Parse(value) is null or < 1 or > ConfigValidation.MaxInstances =>
            $"expected {ConfigValidation.Range(BoundsOf(name))}, or max",
        "ready" or "health" => ProblemOfProbe(name, value),
        "cron" => CronTimes.ProblemOf(value),
        "time-zone" => CronTimes.ProblemOfZone(value),
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

    /// <summary>
    /// Says what is wrong with a probe. The value was completed when it was parsed (8080 to 127.0.0.1:8080), so the
    /// sentence of the rule is not used: it would quote something that nobody typed.
    /// </summary>
    static string? ProblemOfProbe(string name, string value)
    {
        if (ProbeText.Parse(value) is not { } probe) return ProbeText.Expected;
        var problems = ProbeRules.Problems(probe, isHealth: name == "health");
        if (problems.FirstOrDefault() is not { } problem) return null;
        return probe.Tcp is not null
            ? "expected tcp:PORT or tcp:HOST:PORT, with a port from 1 to 65535"
            : $"it {problem.Expected}";
    }

    /// <summary>The bounds of the config field that a flag sets; null if there are none.</summary>
    static ConfigValidation.ValueBounds? BoundsOf(string flag) => flag switch
    {
        "max-restarts" => ConfigValidation.BoundsOf("restart.maxConsecutive"),
        "log-keep" => ConfigValidation.BoundsOf("log.keep"),
        "nice" or "instances" => ConfigValidation.BoundsOf(flag),
        _ => null,
    };

    /// <summary>One sentence for everything that is not a number within the bounds of a flag.</summary>
    static string? ProblemOfNumber(Flag flag, string value)
    {
        var bounds = BoundsOf(flag.Name)
            ?? new ConfigValidation.ValueBounds { Least = flag.Kind == FlagKind.Count ? 0 : null };
        var isNumber = int.TryParse(
            value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        var fits = isNumber && number >= (bounds.Least ?? long.MinValue) && number <= (bounds.Most ?? long.MaxValue);
        return fits ? null : $"expected {ConfigValidation.Range(bounds)}";
    }

    static bool IsExitCode(string text) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
