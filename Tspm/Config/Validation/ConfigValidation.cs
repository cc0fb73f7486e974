using System.Globalization;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Validation;

/// <summary>
/// Every rule for a config, in one table: what would make a later start fail is reported now, with the name of the
/// field. Rules about the machine (whether a folder or a user exists) are not here: they are checked when the child is
/// started, because the answer may change.
/// </summary>
internal static class ConfigValidation
{
    /// <summary>Maximum number of instances of a process.</summary>
    public const int MaxInstances = ProcessConfig.MaxInstances;

    /// <summary>Measuring the memory of a tree more often costs more than it is worth.</summary>
    public const int MinMonitorIntervalMs = 100;

    /// <summary>Limited because rotation renames every rotated file.</summary>
    public const int MaxKeptLogs = 1000;

    /// <summary>Maximum number of sockets that a child can be given; see <c>SpawnRequest</c>.</summary>
    public const int MaxListeners = 32;

    const string Words = "text that is not empty, without NUL characters";

    /// <summary>
    /// A rule for one field. <c>Breach</c> returns null if the rule is kept, else what was found and, if it differs
    /// from the standard sentence, the whole sentence.
    /// </summary>
    sealed record Rule(string Path, string Expected, Func<ProcessConfig, Breach?> Breach)
    {
        public ValueBounds? Bounds { get; init; }
    }

    /// <summary>
    /// The limits of a whole number, or the words that a text may be, as far as a schema can express them.
    /// </summary>
    public sealed class ValueBounds
    {
        /// <summary>The smallest number allowed; null if there is no limit.</summary>
        public long? Least { get; init; }

        /// <summary>The largest number allowed; null if there is no limit.</summary>
        public long? Most { get; init; }

        /// <summary>The words that are allowed; null for a number.</summary>
        public string[]? Words { get; init; }
    }

    /// <summary>The bounds of a field.</summary>
    /// <returns>Null if the field has no bounds.</returns>
    public static ValueBounds? BoundsOf(string path)
    {
        foreach (var rule in Rules)
            if (rule.Path == path && rule.Bounds is { } bounds) return bounds;
        // The rules for these fields are in ProbeRules.
        return path switch
        {
            "health.intervalMs" => new ValueBounds { Least = Probe.MinIntervalMs },
            "health.timeoutMs" or "health.failures" => new ValueBounds { Least = 1 },
            "ready.delayMs" => new ValueBounds { Least = 0 },
            _ => null,
        };
    }

    sealed record Breach(string Found, string? Sentence = null, string? At = null);

    static readonly Rule[] Rules =
    [
        new("name", ProcessName.Rule, config => NameBreach(config.Name)),
        new("namespace", ProcessName.Rule, config => config.Namespace is { } space ? NameBreach(space) : null),
        new("command", "a program, with its arguments", CommandBreach),
        new("projectDir", "an absolute path",
            config => config.ProjectDir is { } dir && (!dir.StartsWith('/') || HasNul(dir)) ? Text(dir) : null),
        new("args", "text without NUL characters", config => Items(config.Args, HasNul)),
        new("env", "names that are not empty and have no '=' or NUL; values without NUL", EnvBreach),
        new("interpreter", "a program and perhaps arguments, without shell syntax; or \"none\"", config =>
            config.Interpreter is { } program && ShellWords.Split(program) is null ? Text(program) : null),
        Filled("legacyId", config => config.LegacyId),
        Filled("envFile", config => config.EnvFile),
        Filled("user", config => config.User),
        Filled("group", config => config.Group),
        Filled("outFile", config => config.OutFile),
        Filled("errFile", config => config.ErrFile),
        new("watchPaths", Words, config => Items(config.WatchPaths, path => path.Length == 0 || HasNul(path))),
        new("watchIgnore", Words, config => Items(config.WatchIgnore, path => path.Length == 0 || HasNul(path))),
        AtLeast("watchDelayMs", config => config.WatchDelayMs, 0),
        new("schedule", "a schedule", ScheduleBreach),
        Between("instances", config => config.Instances, 1, MaxInstances),
        new("umask", "an octal number from 0 to 0777, as text",
            config => config.Umask is { } mask && !IsUmask(mask) ? Text(mask) : null),
        Between("nice", config => config.Nice, -20, 19),
        Between("oomScoreAdjust", config => config.OomScoreAdjust, -1000, 1000),
        AtLeast("limits.nofile", config => config.Limits?.Nofile, 0),
        AtLeast("limits.nproc", config => config.Limits?.Nproc, 0),
        AtLeast("limits.core", config => config.Limits?.Core, 0),
        AtLeast("limits.as", config => config.Limits?.As, 0),
        AtLeast("limits.fsize", config => config.Limits?.Fsize, 0),
        AtLeast("limits.cpu", config => config.Limits?.Cpu, 0),
        AtLeast("limits.memlock", config => config.Limits?.Memlock, 0),
        AtLeast("limits.stack", config => config.Limits?.Stack, 0),
        AtLeast("memoryLimitBytes", config => config.MemoryLimitBytes, 1),
        AtLeast("monitorIntervalMs", config => config.MonitorIntervalMs, MinMonitorIntervalMs),
        AtLeast("logBufferSize", config => config.LogBufferSize, 0),
        OneOf("restart.policy", config => config.Restart?.Policy, "always", "on-failure", "never"),
        AtLeast("restart.delayMs", config => config.Restart?.DelayMs, 0),
        AtLeast("restart.maxDelayMs", config => config.Restart?.MaxDelayMs, 0),
        new("restart.maxDelayMs", "not less than restart.delayMs", MaxDelayBreach),
        AtLeast("restart.maxConsecutive", config => config.Restart?.MaxConsecutive, 1),
        AtLeast("restart.minUptimeMs", config => config.Restart?.MinUptimeMs, 0),
        new("restart.stopExitCodes", "a whole number from 0 to 255",
            config => Items(config.Restart?.StopExitCodes, code => code is < 0 or > 255)),
        new("stop.signal", "a signal such as SIGTERM, INT or 15", config =>
            config.Stop?.Signal is { } signal && !Signals.TryParse(signal, out _) ? Text(signal) : null),
        AtLeast("stop.timeoutMs", config => config.Stop?.TimeoutMs, 0),
        new("ready", "a probe", config =>
            ProbeBreach(config.Ready, isHealth: false) ?? ListenedBreach(config, config.Ready)),
        new("health", "a probe", config =>
            ProbeBreach(config.Health, isHealth: true) ?? ListenedBreach(config, config.Health)),
        AtLeast("startTimeoutMs", config => config.StartTimeoutMs, 1),
        AtLeast("log.maxSizeBytes", config => config.Log?.MaxSizeBytes, 0),
        AtLeast("log.maxAgeMs", config => config.Log?.MaxAgeMs, 0),
        Between("log.keep", config => config.Log?.Keep, 0, MaxKeptLogs),
        OneOf("log.onFull", config => config.Log?.OnFull, "block", "drop"),
        OneOf("log.pipe", config => config.Log?.Pipe, "normal", "large"),
        new("dependsOn", "the name of a process, and the condition started, ready or completed", DependencyBreach),
        new("hooks", "commands", config => config.Hooks is { } hooks ? HookBreach(hooks) : null),
        AtLeast("hooks.timeoutMs", config => config.Hooks?.TimeoutMs, 1),
        new("listen", ListenAddress.Expected, ListenBreach),
        OneOf("reload.mode", config => config.Reload?.Mode, ReloadConfig.Replace, ReloadConfig.BySignal),
        new("reload.signal", "a signal such as SIGHUP, HUP or 1", config =>
            config.Reload?.Signal is { } signal && !Signals.TryParse(signal, out _) ? Text(signal) : null),
        OneOf("stdin", config => config.Stdin, "null", "pipe"),
    ];

    /// <summary>Checks a config.</summary>
    /// <param name="path">Prefix of every path in messages.</param>
    /// <returns>All problems, in table order; empty if the config is valid.</returns>
    public static IReadOnlyList<ConfigProblem> Validate(ProcessConfig config, string path = "")
    {
        var problems = new List<ConfigProblem>();
        foreach (var rule in Rules)
        {
            if (rule.Breach(config) is not { } breach) continue;
            var at = JsonProblems.Join(path, rule.Path + breach.At);
            var sentence = breach.Sentence is null
                ? $"{at} must be {rule.Expected}, but is {breach.Found}"
                : $"{at}: {breach.Sentence}";
            problems.Add(new ConfigProblem(at, breach.Found, rule.Expected, sentence));
        }
        return problems;
    }

    static Rule Between(string path, Func<ProcessConfig, int?> value, int least, int most) =>
        new(path, $"a whole number from {least} to {most}",
            config => value(config) is { } number && (number < least || number > most) ? Number(number) : null)
        { Bounds = new ValueBounds { Least = least, Most = most } };

    static Rule AtLeast(string path, Func<ProcessConfig, long?> value, long least) =>
        new(path, $"a whole number, {least} or more",
            config => value(config) is { } number && number < least ? Number(number) : null)
        { Bounds = new ValueBounds { Least = least } };

    static Rule OneOf(string path, Func<ProcessConfig, string?> value, params string[] allowed) =>
        new(path, $"one of {string.Join(", ", allowed)}",
            config => value(config) is { } word && !allowed.Contains(word) ? Text(word) : null)
        { Bounds = new ValueBounds { Words = allowed } };

    static Rule Filled(string path, Func<ProcessConfig, string?> value) =>
        new(path, Words, config => value(config) is { } text && IsBlankOrHasNul(text) ? Text(text) : null);

    static Breach? NameBreach(string? name) =>
        ProcessName.Problem(name) is { } problem
            ? new Breach(name is null ? "nothing" : JsonProblems.Quote(name), problem)
            : null;

    static Breach? CommandBreach(ProcessConfig config)
    {
        if (config.Command is not { } command)
            return new Breach("nothing", "there is no command; give a program to run");
        if (config.Args is null)
            return ShellWords.Analyze(command).Problem is { } problem
                ? new Breach(JsonProblems.Quote(command),
                    command.Length == 0 ? problem : $"{problem}: {JsonProblems.Quote(command)}")
                : null;
        if (string.IsNullOrWhiteSpace(command))
            return new Breach(JsonProblems.Quote(command), "the command is empty; give a program to run");
        return HasNul(command) ? new Breach(JsonProblems.Quote(command), "the command contains a NUL character") : null;
    }

    static Breach? ScheduleBreach(ProcessConfig config) =>
        ScheduleRules.Problem(config) is { } problem
            ? new Breach(problem.Found, problem.Sentence, problem.Path)
            : null;

    static Breach? MaxDelayBreach(ProcessConfig config)
    {
        if (config.Restart is not { DelayMs: { } delay, MaxDelayMs: { } most }) return null;
        return most >= 0 && most < delay ? Number(most) : null; // a negative one breaks the rule before
    }

    static Breach? ProbeBreach(Probe? probe, bool isHealth) =>
        probe is not null && ProbeRules.Problem(probe, isHealth) is { } problem
            ? new Breach(problem.Found, problem.Sentence, problem.Path)
            : null;

    /// <summary>
    /// A tcp probe must not connect to an address that Tspm listens on itself: the connection is accepted whether the
    /// program runs or not.
    /// </summary>
    static Breach? ListenedBreach(ProcessConfig config, Probe? probe)
    {
        if (probe?.Tcp is not { } place || HostPort.Parse(place) is not { } target) return null;
        foreach (var text in config.Listen ?? [])
            if (ListenAddress.Parse(text) is { } address && address.Takes(target))
                return new Breach(
                    JsonProblems.Quote(place),
                    $"{JsonProblems.Quote(place)} always accepts connections, because Tspm listens there for the "
                    + $"process (listen: {JsonProblems.Quote(text)}); use http, or notify if the program sends READY=1",
                    ".tcp");
        return null;
    }

    static Breach? HookBreach(HookConfig hooks)
    {
        string?[] named = ["preStart", hooks.PreStart, "postStop", hooks.PostStop, "onCrash", hooks.OnCrash,
            "onErrored", hooks.OnErrored, "onOnline", hooks.OnOnline];
        for (var i = 0; i < named.Length; i += 2)
        {
            if (named[i + 1] is not { } command) continue;
            var problem = HasNul(command) ? "it contains a NUL character" : ShellWords.Analyze(command).Problem;
            if (problem is null) continue;
            return new Breach(JsonProblems.Quote(command),
                $"{JsonProblems.Quote(command)} is not a valid command: {problem}", "." + named[i]);
        }
        return null;
    }

    static Breach? EnvBreach(ProcessConfig config)
    {
        foreach (var (key, value) in config.Env ?? new Dictionary<string, string>())
        {
            if (key.Length == 0 || key.Contains('=') || HasNul(key))
            {
                var name = JsonProblems.Quote(key);
                return new Breach(name,
                    $"{name} is not a valid variable name; it must not be empty or contain '=' or NUL");
            }
            if (HasNul(value)) return new Breach("a NUL character", "the value contains a NUL character", "." + key);
        }
        return null;
    }

    static Breach? DependencyBreach(ProcessConfig config)
    {
        for (var i = 0; i < config.DependsOn?.Count; i++)
        {
            var dependency = config.DependsOn[i];
            if (ProcessName.StoredProblem(dependency.Name) is { } problem)
                return new Breach(JsonProblems.Quote(dependency.Name), problem, $"[{i}].name");
            if (!Dependency.IsCondition(dependency.Condition))
                return new Breach(JsonProblems.Quote(dependency.Condition!),
                    $"must be one of started, ready, completed, but is {JsonProblems.Quote(dependency.Condition!)}",
                    $"[{i}].condition");
        }
        return null;
    }

    static Breach? ListenBreach(ProcessConfig config)
    {
        if (config.Listen is not { } addresses) return null;
        if (addresses.Count > MaxListeners)
            return new Breach(Number(addresses.Count).Found,
                $"at most {MaxListeners} addresses can be passed to a process");
        for (var i = 0; i < addresses.Count; i++)
            if (addresses.Take(i).Contains(addresses[i]))
                return new Breach(JsonProblems.Quote(addresses[i]),
                    $"{JsonProblems.Quote(addresses[i])} is given twice; remove one of the two", $"[{i}]");
        return Items(addresses, address => ListenAddress.Parse(address) is null);
    }

    static Breach? Items<T>(IReadOnlyList<T>? items, Func<T, bool> isBad) where T : notnull
    {
        for (var i = 0; i < items?.Count; i++)
        {
            if (!isBad(items[i])) continue;
            var found = items[i] is string text
                ? JsonProblems.Quote(text)
                : string.Create(CultureInfo.InvariantCulture, $"{items[i]}");
            return new Breach(found, null, $"[{i}]");
        }
        return null;
    }

    static bool IsUmask(string mask) =>
        mask.Length is >= 1 and <= 4 && mask.All(digit => digit is >= '0' and <= '7')
            && (mask.Length < 4 || mask[0] == '0');

    static bool IsBlankOrHasNul(string text) => string.IsNullOrWhiteSpace(text) || HasNul(text);

    static bool HasNul(string text) => text.Contains('\0');

    static Breach Text(string text) => new(JsonProblems.Quote(text));

    static Breach Number(long number) => new(number.ToString(CultureInfo.InvariantCulture));
}
