using System.Globalization;
using System.Text.Json;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Terminal;
using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Client.Defining;

/// <summary>
/// Applies the flags of start, add and set to a config. Their values are already checked, see <see cref="ParsedLine"/>.
/// </summary>
internal static class ConfigFlags
{
    /// <summary>Returns the config with the flags applied.</summary>
    public static ProcessConfig Apply(ProcessConfig config, IReadOnlyList<GivenFlag> flags)
    {
        CheckRanges(flags);
        if (ValueOf(flags, "time-zone") is not null && ValueOf(flags, "cron") is null)
            throw new UsageException(
                "--time-zone is the time zone of a schedule, and there is none; add one, such as --cron '0 3 * * *'");
        return Merge(config, flags);
    }

    /// <summary>
    /// Checks each number against the rules for its field, so that the message names the flag and not the field.
    /// </summary>
    static void CheckRanges(IReadOnlyList<GivenFlag> flags)
    {
        foreach (var given in flags)
        {
            // Texts are checked with the command line, see FlagValue.
            var isText = given.Flag.Kind is FlagKind.Text or FlagKind.Assignment or FlagKind.Switch;
            if (isText && given.Name != "instances") continue;
            var config = With(new ProcessConfig { Name = "x", Command = "x" }, given.Name, given.Text);
            if (ConfigValidation.Validate(config) is not [var problem, ..]) continue;
            throw new UsageException(
                $"--{given.Name}: '{ControlText.Escape(given.Text)}' is not valid; expected {problem.Expected}");
        }
    }

    static ProcessConfig Merge(ProcessConfig config, IReadOnlyList<GivenFlag> flags)
    {
        string? options = null;
        foreach (var given in flags)
        {
            if (given.Name == "interpreter-args") options = given.Text;
            else config = With(config, given.Name, given.Text);
        }
        if (options is not null) config = WithOptions(config, options);
        return IsJob(flags) is true ? AsJob(config, ValueOf(flags, "restart")) : config;
    }

    /// <summary>
    /// Whether the flags make the process a job. A process with a schedule and --no-autorestart is one too, because it
    /// can only run at these times: that is how PM2's users define a job.
    /// </summary>
    /// <returns>Null if the flags do not say.</returns>
    static bool? IsJob(IReadOnlyList<GivenFlag> flags) => ValueOf(flags, "job") switch
    {
        "true" => true,
        "false" => false,
        _ => ValueOf(flags, "cron") is not null && ValueOf(flags, "autorestart") == "false" ? true : null,
    };

    /// <summary>Makes the process a job, which ends on its own and is at most retried after a failure.</summary>
    /// <param name="config">The config of the process.</param>
    /// <param name="policy">The restart policy that was requested; null if there was none.</param>
    static ProcessConfig AsJob(ProcessConfig config, string? policy)
    {
        if (policy == "always")
            throw new UsageException("a job ends on its own, so --restart cannot be always; use on-failure or never");
        return config with
        {
            Schedule = (config.Schedule ?? new ScheduleConfig()) with { Action = ScheduleConfig.Start },
            Restart = (config.Restart ?? new RestartConfig()) with { Policy = policy ?? "never" },
        };
    }

    /// <returns>The last value that was given, or null if there was none.</returns>
    public static string? ValueOf(IReadOnlyList<GivenFlag> flags, string name)
    {
        string? value = null;
        foreach (var given in flags)
            if (given.Name == name) value = given.Text;
        return value;
    }

    /// <summary>Adds options to the interpreter, which another flag or the file's extension has determined.</summary>
    /// <exception cref="UsageException">The command has no interpreter.</exception>
    static ProcessConfig WithOptions(ProcessConfig config, string options)
    {
        if (config.Interpreter is null or "none")
            throw new UsageException(
                "--interpreter-args needs an interpreter, and this command has none: name one with --interpreter, "
                + "or put the arguments in the command: tspm start \"node "
                + $"{ControlText.Escape(options)} app.js\"");
        var words = ShellWords.Split(options) ?? options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return config with
        {
            Interpreter =
            string.Join(' ', [config.Interpreter, .. words.Select(ShellWords.Quote)])
        };
    }

    static ProcessConfig With(ProcessConfig config, string flag, string value) => flag switch
    {
        "name" => config with { Name = value },
        "cwd" => config with { ProjectDir = CurrentFolder.Absolute(value) },
        "env" => config with { Env = With(config.Env, value) },
        "env-file" => config with { EnvFile = value },
        "namespace" => config with { Namespace = value },
        "instances" => config with { Instances = InstanceCount.Parse(value) },
        "interpreter" => config with { Interpreter = value },
        "memory" => config with { MemoryLimitBytes = Bytes(value) },
        "user" => config with { User = value },
        "group" => config with { Group = value },
        "umask" => config with { Umask = value },
        "nice" => config with { Nice = Number(value) },
        "out-file" => config with { OutFile = value },
        "err-file" => config with { ErrFile = value },
        "merge-logs" => config with { MergeLogs = value == "true" },
        "stdin" => config with { Stdin = value },
        "ready" => config with { Ready = ProbeOf(value) },
        "start-timeout" => config with { StartTimeoutMs = Milliseconds(value) },
        "health" => config with { Health = ProbeOf(value) },
        "log-max-size" => config with { Log = (config.Log ?? new LogConfig()) with { MaxSizeBytes = Bytes(value) } },
        "log-keep" => config with { Log = (config.Log ?? new LogConfig()) with { Keep = Number(value) } },
        "listen" => config with { Listen = [.. config.Listen ?? [], value] },
        "depends-on" => config with { DependsOn = [.. config.DependsOn ?? [], Dependency.Parse(value)] },
        "watch" => config with { Watch = value == "true" },
        "watch-paths" => config with { Watch = true, WatchPaths = [.. config.WatchPaths ?? [], .. Parts(value)] },
        "watch-ignore" => config with { Watch = true, WatchIgnore = [.. config.WatchIgnore ?? [], .. Parts(value)] },
        "watch-delay" => config with { WatchDelayMs = Milliseconds(value) },
        "cron" => config with { Schedule = (config.Schedule ?? new ScheduleConfig()) with { Cron = value } },
        "time-zone" => config with { Schedule = (config.Schedule ?? new ScheduleConfig()) with { TimeZone = value } },
        // Depends on other flags, see IsJob.
        "job" => config,
        "stop-signal" or "kill-timeout" or "treekill" => config with
        {
            Stop = Stop(config.Stop ?? new StopConfig(), flag, value),
        },
        _ => config with { Restart = Restart(config.Restart ?? new RestartConfig(), flag, value) },
    };

    static StopConfig Stop(StopConfig stop, string flag, string value) => flag switch
    {
        "stop-signal" => stop with { Signal = value },
        "kill-timeout" => stop with { TimeoutMs = Milliseconds(value) },
        _ => stop with { KillTree = value == "true" },
    };

    static RestartConfig Restart(RestartConfig restart, string flag, string value) => flag switch
    {
        "restart" => restart with { Policy = value },
        "autorestart" => restart with { Policy = value == "true" ? "always" : "never" },
        // A first delay above the maximum would be cut to the maximum, so raise the maximum too.
        "restart-delay" => Milliseconds(value) is var delay && delay > RestartPolicy.Default.MaxDelay.TotalMilliseconds
            ? restart with { DelayMs = delay, MaxDelayMs = delay } : restart with { DelayMs = delay },
        "max-restarts" => restart with { MaxConsecutive = Number(value) },
        "min-uptime" => restart with { MinUptimeMs = Milliseconds(value) },
        "stop-exit-codes" => restart with
        {
            StopExitCodes = [.. restart.StopExitCodes ?? [], .. value.Split(',').Select(Number)],
        },
        _ => throw new InvalidOperationException($"the flag --{flag} is not bound to a config field"),
    };

    /// <summary>Converts the flags to the KEY=VALUE assignments of <c>set</c>.</summary>
    public static IReadOnlyList<string> Assignments(IReadOnlyList<GivenFlag> flags)
    {
        var assignments = new List<string>();
        foreach (var given in flags)
            if (given.Name != "job") assignments.Add(Assignment(given.Name, given.Text));
        CheckRanges(flags);
        var applied = Merge(new ProcessConfig(), flags);
        AddJob(assignments, flags, applied);
        if (applied.DependsOn is { } needed)
        {
            assignments.RemoveAll(static assignment => assignment.StartsWith("depends-on=", StringComparison.Ordinal));
            assignments.Add("dependsOn="
                + System.Text.Json.JsonSerializer.Serialize(needed, Wire.Json.IReadOnlyListDependency));
        }
        // Patterns may contain spaces and shell characters, so they are sent as JSON.
        assignments.RemoveAll(static assignment =>
            assignment.StartsWith("watch-paths=", StringComparison.Ordinal)
                || assignment.StartsWith("watch-ignore=", StringComparison.Ordinal));
        if (applied is { Watch: true } && ValueOf(flags, "watch") is null) assignments.Add("watch=true");
        if (applied.WatchPaths is { } paths)
            assignments.Add("watchPaths=" + JsonSerializer.Serialize(paths, Wire.Json.IReadOnlyListString));
        if (applied.WatchIgnore is { } ignored)
            assignments.Add("watchIgnore=" + JsonSerializer.Serialize(ignored, Wire.Json.IReadOnlyListString));
        if (applied.Listen is { } addresses)
        {
            assignments.RemoveAll(static assignment => assignment.StartsWith("listen=", StringComparison.Ordinal));
            assignments.Add("listen=" + JsonSerializer.Serialize(addresses, Wire.Json.IReadOnlyListString));
        }
        var delay = applied.Restart;
        if (delay?.MaxDelayMs is { } longest)
            assignments.Add(string.Create(CultureInfo.InvariantCulture, $"restart.maxDelayMs={longest}"));
        if (delay?.StopExitCodes is { } codes)
        {
            assignments.RemoveAll(static assignment =>
                assignment.StartsWith("restart.stopExitCodes=", StringComparison.Ordinal));
            assignments.Add($"restart.stopExitCodes=[{string.Join(',', codes)}]");
        }
        return assignments;
    }

    static void AddJob(List<string> assignments, IReadOnlyList<GivenFlag> flags, ProcessConfig applied)
    {
        if (IsJob(flags) is not { } isJob) return;
        assignments.Add(isJob ? "schedule.action=start" : "schedule.action=");
        if (!isJob) return;
        assignments.RemoveAll(static assignment => assignment.StartsWith("restart.policy=", StringComparison.Ordinal));
        assignments.Add($"restart.policy={applied.Restart!.Policy}");
    }

    static string Assignment(string flag, string value) => flag switch
    {
        "cwd" => $"projectDir={CurrentFolder.Absolute(value)}",
        "env" => $"env.{value}",
        "env-file" => $"envFile={value}",
        "memory" => string.Create(CultureInfo.InvariantCulture, $"memoryLimitBytes={Bytes(value)}"),
        "out-file" => $"outFile={value}",
        "err-file" => $"errFile={value}",
        "merge-logs" => $"mergeLogs={value}",
        "log-max-size" => string.Create(CultureInfo.InvariantCulture, $"log.maxSizeBytes={Bytes(value)}"),
        "log-keep" => $"log.keep={value}",
        "stop-signal" => $"stop.signal={value}",
        "kill-timeout" => string.Create(CultureInfo.InvariantCulture, $"stop.timeoutMs={Milliseconds(value)}"),
        "treekill" => $"stop.killTree={value}",
        "restart" => $"restart.policy={value}",
        "autorestart" => $"restart.policy={(value == "true" ? "always" : "never")}",
        "restart-delay" => string.Create(CultureInfo.InvariantCulture, $"restart.delayMs={Milliseconds(value)}"),
        "max-restarts" => $"restart.maxConsecutive={value}",
        "min-uptime" => string.Create(CultureInfo.InvariantCulture, $"restart.minUptimeMs={Milliseconds(value)}"),
        "stop-exit-codes" => $"restart.stopExitCodes={value}",
        "watch-delay" => string.Create(CultureInfo.InvariantCulture, $"watchDelayMs={Milliseconds(value)}"),
        "cron" => $"schedule.cron={value}",
        "time-zone" => $"schedule.timeZone={value}",
        "start-timeout" => string.Create(CultureInfo.InvariantCulture, $"startTimeoutMs={Milliseconds(value)}"),
        "ready" or "health" => $"{flag}={JsonSerializer.Serialize(ProbeOf(value), Wire.Json.Probe)}",
        _ => $"{flag}={value}",
    };

    static Dictionary<string, string> With(IReadOnlyDictionary<string, string>? env, string assignment)
    {
        var equals = assignment.IndexOf('=');
        var all = env is null ? [] : new Dictionary<string, string>(env);
        all[assignment[..equals]] = assignment[(equals + 1)..];
        return all;
    }

    static string[] Parts(string value) =>
        value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    static Probe ProbeOf(string value) => ProbeText.Parse(value) ?? throw new FormatException(value);

    static int Number(string value) => int.Parse(value, CultureInfo.InvariantCulture);

    static int Milliseconds(string value) =>
        Duration.TryParse(value, out var time) ? (int)time.TotalMilliseconds : throw new FormatException(value);

    static long Bytes(string value) =>
        ByteSize.TryParse(value, out var bytes) ? bytes : throw new FormatException(value);
}
