using System.Globalization;
using System.Text.Json;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Config.Import;

/// <summary>One app of PM2 as a process. Names of keys and their other spellings are those of PM2's application declaration (pm2.keymetrics.io/docs/usage/application-declaration).</summary>
internal sealed class Pm2App(JsonElement app, Imported imported, string folder, Func<string, bool> exists)
{
    const string ClusterHint = "instances are separate processes here: a server that they share needs 'listen', see README";

    readonly string _name = NameOf(app);
    ProcessConfig _config = new();
    RestartConfig _restart = new();
    StopConfig _stop = new();
    string? _script, _interpreter, _logFile;
    IReadOnlyList<string>? _args;
    string[] _interpreterArgs = [];
    Dictionary<string, string>? _env;
    bool _isCluster, _isFork;

    static string NameOf(JsonElement app)
    {
        foreach (var key in (string[])["name", "script", "pm_exec_path"])
            if (app.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String && JsonTypes.TryText(value, out var text) && text.Length > 0)
                return key == "name" ? text : Path.GetFileNameWithoutExtension(text.Split(' ')[0]);
        return "app";
    }

    /// <summary>Null: it has no script, which was told.</summary>
    public ProcessConfig? ReadApp(string? profile, ref bool sawProfile)
    {
        var overlay = default(JsonElement);
        foreach (var member in app.EnumerateObject())
        {
            if (!JsonTypes.TryName(member, out var key) || member.Value.ValueKind == JsonValueKind.Null) continue;
            if (key.StartsWith("env_", StringComparison.Ordinal))
            {
                if (profile is null) imported.Leave(_name, key, member.Value, $"choose it with: tspm import pm2 --env {key[4..]}");
                else if (key[4..] == profile) (overlay, sawProfile) = (member.Value, true);
            }
            else if (!Take(key, member.Value)) imported.Leave(_name, key, member.Value, HintOf(key));
        }
        if (overlay.ValueKind == JsonValueKind.Object) TakeEnv(overlay);
        return Finish();
    }

    /// <summary>An entry of a dump: state and the whole shell lie among the settings.</summary>
    public ProcessConfig? ReadDump(IReadOnlyDictionary<string, string> present)
    {
        var env = app.TryGetProperty("env", out var given) && given.ValueKind == JsonValueKind.Object ? given : default;
        foreach (var member in app.EnumerateObject())
        {
            if (!JsonTypes.TryName(member, out var key) || member.Value.ValueKind == JsonValueKind.Null || key == "env" || Pm2Dump.IsState(key)) continue;
            if (IsEmpty(member.Value) || (env.ValueKind == JsonValueKind.Object && env.TryGetProperty(key, out _))) continue;
            // PM2's own place for logs, which nobody asked for.
            if (key is "pm_out_log_path" or "pm_err_log_path" && Text(member.Value)?.Contains("/.pm2/logs/", StringComparison.Ordinal) == true) continue;
            if (!Take(Pm2Dump.SettingOf(key), member.Value)) imported.Leave(_name, key, member.Value, HintOf(key));
        }
        if (env.ValueKind == JsonValueKind.Object) _env = Pm2Dump.Reduce(env, present, _name, imported);
        // One entry is one instance, whatever number it says.
        _config = _config with { Instances = null, Enabled = app.TryGetProperty("status", out var status) && Text(status) == "stopped" ? false : _config.Enabled };
        return Finish();
    }

    /// <summary>It shares its port with other instances of it.</summary>
    public void TellOfCluster()
    {
        if (_isCluster) imported.Leave(_name, "exec_mode", "cluster", ClusterHint);
    }

    /// <summary>False: it has no counterpart.</summary>
    bool Take(string key, JsonElement value)
    {
        switch (key)
        {
            case "name": return true;
            case "script": return (_script = Text(value)) is not null;
            case "args": return (_args = value.ValueKind == JsonValueKind.Array ? Words(value) : Text(value) is { } line ? Split(line) : null) is not null;
            case "cwd": return Text(value) is { } cwd && Did(_config = _config with { ProjectDir = Path.GetFullPath(cwd, folder) });
            case "interpreter" or "exec_interpreter": return (_interpreter = Text(value)) is not null;
            case "interpreter_args" or "node_args" or "interpreterArgs":
                _interpreterArgs = value.ValueKind == JsonValueKind.Array ? [.. Words(value) ?? []] : [.. Split(Text(value) ?? "")];
                return true;
            case "instances": return TakeInstances(value);
            case "exec_mode":
                _isCluster = Text(value) is "cluster" or "cluster_mode";
                _isFork = !_isCluster;
                return true;
            case "env": return TakeEnv(value);
            case "env_file" or "dotenv": return Text(value) is { } file && Did(_config = _config with { EnvFile = file });
            case "namespace": return Text(value) is { } space && Did(_config = _config with { Namespace = space == "default" ? null : space });
            case "uid" or "user": return Text(value) is { } user && Did(_config = _config with { User = user });
            case "gid" or "group": return Text(value) is { } group && Did(_config = _config with { Group = group });
            case "max_memory_restart": return Size(value) is { } bytes && Did(_config = _config with { MemoryLimitBytes = bytes });
            default: return TakeWatching(key, value) || TakeEnding(key, value) || TakeLogs(key, value);
        }
    }

    bool TakeWatching(string key, JsonElement value)
    {
        switch (key)
        {
            case "watch":
                if (value.ValueKind == JsonValueKind.False) return true;
                _config = _config with { Watch = true, WatchPaths = value.ValueKind == JsonValueKind.True ? null : Words(value) };
                return value.ValueKind == JsonValueKind.True || _config.WatchPaths is not null;
            case "ignore_watch": return Words(value) is { } ignored && Did(_config = _config with { WatchIgnore = [.. ignored.Select(Pattern)] });
            case "watch_delay": return Time(value) is { } delay && Did(_config = _config with { WatchDelayMs = delay });
            case "cron_restart" or "cron":
                if (Text(value) is not { } cron) return false;
                if (cron is not ("0" or "")) _config = _config with { Schedule = new ScheduleConfig { Cron = cron } };
                return true;
            default: return false;
        }
    }

    bool TakeEnding(string key, JsonElement value)
    {
        switch (key)
        {
            case "autorestart":
                if (value.ValueKind == JsonValueKind.False) _restart = _restart with { Policy = "never" };
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
            case "autostart":
                if (value.ValueKind == JsonValueKind.False) _config = _config with { Enabled = false };
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
            case "max_restarts": return Whole(value) is { } most && Did(_restart = _restart with { MaxConsecutive = Math.Max(1, most) });
            case "min_uptime": return Time(value) is { } least && Did(_restart = _restart with { MinUptimeMs = least });
            // The same wait each time.
            case "restart_delay": return Time(value) is { } pause && Did(_restart = pause == 0 ? _restart : _restart with { DelayMs = pause, MaxDelayMs = pause });
            case "exp_backoff_restart_delay": return Time(value) is { } first && Did(_restart = first == 0 ? _restart : _restart with { DelayMs = first, MaxDelayMs = Math.Max(first, 15_000) });
            case "stop_exit_codes": return Codes(value) is { } codes && Did(_restart = _restart with { StopExitCodes = codes });
            case "kill_timeout": return Time(value) is { } patience && Did(_stop = _stop with { TimeoutMs = patience });
            case "kill_signal" or "stop_signal": return Text(value) is { } signal && Did(_stop = _stop with { Signal = signal });
            case "treekill":
                if (value.ValueKind == JsonValueKind.False) _stop = _stop with { KillTree = false };
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
            default: return false;
        }
    }

    bool TakeLogs(string key, JsonElement value)
    {
        switch (key)
        {
            case "out_file" or "out" or "output": return Text(value) is { } output && Did(_config = _config with { OutFile = LogPath(output) });
            case "error_file" or "err_file" or "err" or "error": return Text(value) is { } errors && Did(_config = _config with { ErrFile = LogPath(errors) });
            case "log_file" or "log": return (_logFile = Text(value)) is not null;
            // What is switched off there does not exist here.
            default: return IsEmpty(value) || value.ValueKind == JsonValueKind.False;
        }
    }

    /// <summary>"NULL" and /dev/null are PM2's words for none.</summary>
    static string LogPath(string path) => path is "NULL" ? "/dev/null" : path;

    ProcessConfig? Finish()
    {
        if (_script is null)
        {
            imported.Leave(_name, "script", "nothing", "the app was left out: it has no script");
            return null;
        }
        if ((_isCluster || (!_isFork && _config.Instances > 1)) && _config.Instances > 1) imported.Leave(_name, "exec_mode", _isCluster ? "cluster" : "cluster, by default", ClusterHint);
        TakeCombinedLog();
        var config = _config with
        {
            Name = _name, ProjectDir = _config.ProjectDir ?? folder, Env = _env is { Count: > 0 } ? _env : null,
            Restart = _restart == new RestartConfig() ? null : _restart, Stop = _stop == new StopConfig() ? null : _stop,
        };
        return WithCommand(Pm2Schedule.Translate(config, _name, imported));
    }

    void TakeCombinedLog()
    {
        if (_logFile is null) return;
        if (_config.OutFile is null && _config.ErrFile is null) _config = _config with { OutFile = LogPath(_logFile), MergeLogs = true };
        else imported.Leave(_name, "log_file", _logFile, "one file for both is outFile with mergeLogs; beside two others there is no third");
    }

    /// <summary>PM2 takes a script with spaces that is no file for a line of a shell.</summary>
    ProcessConfig WithCommand(ProcessConfig config)
    {
        var script = _script!;
        var isFile = exists(Path.Combine(config.ProjectDir!, script));
        if (!isFile && script.AsSpan().ContainsAny(' ', '|', '&') && _interpreter is null or "none" or "bash" or "sh")
            return config with { Command = _args is { Count: > 0 } more ? $"{script} {string.Join(' ', more.Select(ShellWords.Quote))}" : script };
        var interpreter = _interpreter ?? Interpreters.ForScript(script, static _ => true);
        if (interpreter == "none" || interpreter == script) interpreter = null;
        // In its folder, where PM2 finds it and a PATH would not.
        if (interpreter is null && isFile && !script.Contains('/')) script = "./" + script;
        if (interpreter is null && _interpreterArgs.Length > 0) imported.Leave(_name, "interpreter_args", string.Join(' ', _interpreterArgs), "there is no interpreter to give them to");
        else if (interpreter is not null) interpreter = string.Join(' ', ((string[])[interpreter, .. _interpreterArgs]).Select(ShellWords.Quote));
        return config with { Interpreter = interpreter, Command = script, Args = _args ?? [] };
    }

    bool TakeInstances(JsonElement value)
    {
        var said = value.ValueKind == JsonValueKind.Number ? value.TryGetInt32(out var number) ? number : int.MinValue : Text(value) == InstanceCount.Max ? 0 : int.TryParse(Text(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var read) ? read : int.MinValue;
        if (said == int.MinValue) return false;
        // 0 and max: one per core; negative: so many fewer.
        var count = said > 0 ? said : Math.Max(1, Environment.ProcessorCount + said);
        if (count > 1 || said <= 0) _config = _config with { Instances = count };
        return true;
    }

    bool TakeEnv(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) return false;
        _env ??= new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
            if (JsonTypes.TryName(member, out var name) && member.Value.ValueKind != JsonValueKind.Null) _env[name] = Text(member.Value) ?? member.Value.GetRawText();
        return true;
    }

    static string HintOf(string key) => key switch
    {
        "time" or "log_date_format" => "a log holds what the program wrote; its times are shown by: tspm logs --timestamps",
        "merge_logs" or "combine_logs" => "each instance has its own log; tspm logs NAME shows them together",
        "log_type" => "tspm logs --json",
        "wait_ready" or "listen_timeout" => "a 'ready' probe (tcp, http, log or notify) with startTimeoutMs",
        "shutdown_with_message" => "the program gets stop.signal",
        "kill_retry_time" => "after stop.timeoutMs the whole tree is killed",
        "watch_options" => "watchPaths, watchIgnore and watchDelayMs",
        "instance_var" => "the number of the instance is TSPM_INSTANCE",
        "increment_var" => "give each its own entry",
        "source_map_support" or "disable_source_map_support" => "NODE_OPTIONS=--enable-source-maps in env",
        "post_update" => "see hooks",
        "pid_file" or "pid" => "tspm pid NAME",
        "pmx" or "automation" or "trace" or "deep_monitoring" or "vizion" or "disable_trace" => "belongs to PM2's own monitoring",
        "filter_env" => "list the variables in env",
        _ => "no counterpart",
    };

    static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        JsonValueKind.String => value.ValueEquals(""),
        _ => false,
    };

    /// <summary>An assignment as the end of a condition.</summary>
    static bool Did(object _) => true;

    /// <summary>PM2's patterns: a folder is meant with all below it, and "./" in front means nothing.</summary>
    static string Pattern(string text)
    {
        var plain = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
        return plain.Length == 0 ? text : plain;
    }

    static IReadOnlyList<string> Split(string line) => ShellWords.Split(line) ?? line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Text; of a number or a truth value its text.</summary>
    static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonTypes.TryText(value, out var text) ? text : null,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    static List<string>? Words(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array) return Text(value) is { } one ? [one] : null;
        var words = new List<string>();
        foreach (var item in value.EnumerateArray())
            if (Text(item) is { } word) words.Add(word);
        return words;
    }

    static List<int>? Codes(JsonElement value)
    {
        var codes = new List<int>();
        foreach (var word in Words(value) ?? [])
            if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= 255) codes.Add(code);
            else return null;
        return codes;
    }

    static int? Whole(JsonElement value) => int.TryParse(Text(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    static int? Time(JsonElement value) => Duration.TryParse(Text(value) ?? "", out var time) && time.TotalMilliseconds <= int.MaxValue ? (int)time.TotalMilliseconds : null;

    static long? Size(JsonElement value) => ByteSize.TryParse(Text(value) ?? "", out var size) && size > 0 ? size : null;
}
