using System.Globalization;
using System.Text.Json;
using Tspm.Json;
using Tspm.Model.Config;
using static Tspm.Config.Import.Pm2Value;

namespace Tspm.Config.Import;

/// <summary>
/// Imports one PM2 app as a process. The keys and their alternative spellings are those of the application declaration
/// of PM2 (pm2.keymetrics.io/docs/usage/application-declaration) and of its <c>lib/API/schema.json</c>.
/// </summary>
/// <param name="app">The app.</param>
/// <param name="imported">Receives what could not be imported.</param>
/// <param name="folder">The folder of the file, absolute.</param>
/// <param name="look">Finds out what a path leads to.</param>
internal sealed class Pm2App(JsonElement app, Imported imported, string folder, Func<string, ScriptKind> look)
{
    readonly string _name = Pm2Keys.NameOf(app);
    ProcessConfig _config = new();
    readonly Pm2Lifetime _lifetime = new();
    readonly Pm2Logs _logs = new(Pm2Keys.NameOf(app), imported);
    string? _script, _interpreter, _port;
    IReadOnlyList<string>? _args;
    IReadOnlyList<string> _interpreterArgs = [];
    Dictionary<string, string>? _env;
    bool _isCluster, _isFork, _waitsForReady;
    JsonElement _listenTimeout;

    /// <summary>Reads an app of an ecosystem file.</summary>
    /// <param name="profile">Selects <c>env_PROFILE</c>; null for none.</param>
    /// <param name="sawProfile">Set to true if the app has this profile.</param>
    /// <returns>Null if the app has no script, which is recorded.</returns>
    public ProcessConfig? ReadApp(string? profile, ref bool sawProfile)
    {
        var overlay = default(JsonElement);
        foreach (var member in app.EnumerateObject())
        {
            if (!JsonTypes.TryName(member, out var key) || member.Value.ValueKind == JsonValueKind.Null) continue;
            if (IsProfile(key))
            {
                if (profile is null)
                    imported.Leave(_name, key, member.Value, $"select it with: tspm import pm2 --env {key[4..]}");
                else if (key[4..] == profile) (overlay, sawProfile) = (member.Value, true);
            }
            else if (!Take(key, member.Value)) imported.Leave(_name, key, member.Value, Pm2Hints.For(key));
        }
        TakePort();
        if (overlay.ValueKind == JsonValueKind.Object) TakeEnv(overlay);
        return Finish();
    }

    /// <summary>Whether the key is a profile. <c>env_file</c> only looks like one.</summary>
    static bool IsProfile(string key) => key.StartsWith("env_", StringComparison.Ordinal) && key != "env_file";

    /// <summary>
    /// Reads an entry of a dump, in which settings are mixed with state and the whole environment of a shell.
    /// </summary>
    /// <param name="present">The current environment; only variables that differ from it are kept.</param>
    public ProcessConfig? ReadDump(IReadOnlyDictionary<string, string> present)
    {
        var env = app.TryGetProperty("env", out var given) && given.ValueKind == JsonValueKind.Object ? given : default;
        foreach (var member in app.EnumerateObject())
        {
            if (!JsonTypes.TryName(member, out var key) || member.Value.ValueKind == JsonValueKind.Null || key == "env"
                || Pm2Dump.IsState(key)) continue;
            if (Pm2Value.IsEmpty(member.Value)
                || (env.ValueKind == JsonValueKind.Object && env.TryGetProperty(key, out _))) continue;
            // The default log folder of PM2, which nobody chose.
            if (key is "pm_out_log_path" or "pm_err_log_path"
                && Pm2Value.Text(member.Value)?.Contains("/.pm2/logs/", StringComparison.Ordinal) == true) continue;
            if (!Take(Pm2Dump.SettingOf(key), member.Value))
                imported.Leave(_name, key, member.Value, Pm2Hints.For(key));
        }
        if (env.ValueKind == JsonValueKind.Object) _env = Pm2Dump.Reduce(env, present, _name, imported);
        TakePort();
        // An entry is one instance, whatever number it has.
        _config = _config with
        {
            Instances = null,
            Enabled = app.TryGetProperty("status", out var status) && Pm2Value.Text(status) == "stopped" ? false
                : _config.Enabled,
        };
        return Finish();
    }

    /// <summary>The name of a config field in this app.</summary>
    public string KeyOf(string field) => Pm2Keys.Of(field, key => app.TryGetProperty(key, out _));

    /// <summary>Records that the instances of the app share a port.</summary>
    public void ReportCluster()
    {
        if (_isCluster) imported.Leave(_name, "exec_mode", "cluster", Pm2Hints.Cluster);
    }

    /// <summary>Imports one setting.</summary>
    /// <returns>False if it has no counterpart.</returns>
    bool Take(string key, JsonElement value)
    {
        switch (key)
        {
            case "name": return true;
            case "script": return (_script = Pm2Value.Text(value)) is not null;
            // Other names of the script, used if it is missing.
            case "exec" or "cmd" or "command":
                return app.TryGetProperty("script", out _) || (_script ??= Pm2Value.Text(value)) is not null;
            case "args": return (_args = Pm2Value.List(value)) is not null;
            case "cwd":
                return Pm2Value.Text(value) is { } cwd && !cwd.Contains('\0')
                    && Did(_config = _config with { ProjectDir = Path.GetFullPath(cwd, folder) });
            case "interpreter" or "exec_interpreter": return (_interpreter = Pm2Value.Text(value)) is not null;
            case "interpreter_args" or "node_args" or "interpreterArgs":
                return Did(_interpreterArgs = Pm2Value.List(value) ?? []);
            case "instances": return TakeInstances(value);
            case "exec_mode":
                _isCluster = Pm2Value.Text(value) is "cluster" or "cluster_mode";
                _isFork = !_isCluster;
                return true;
            case "env": return TakeEnv(value);
            case "env_file" or "dotenv":
                return Pm2Value.Text(value) is { } file && Did(_config = _config with { EnvFile = file });
            case "port": return (_port = Pm2Value.Text(value)) is not null;
            case "namespace":
                return Pm2Value.Text(value) is { } space
                    && Did(_config = _config with { Namespace = space == "default" ? null : space });
            case "uid" or "user":
                return Pm2Value.Text(value) is { } user && Did(_config = _config with { User = user });
            case "gid" or "group":
                return Pm2Value.Text(value) is { } group && Did(_config = _config with { Group = group });
            case "max_memory_restart":
                return Pm2Value.Size(value) is { } bytes && Did(_config = _config with { MemoryLimitBytes = bytes });
            default:
                return TakeWatching(key, value) || TakeStarting(key, value) || _lifetime.Take(key, value)
                    || _logs.Take(key, value) || Pm2Hints.IsWithoutLoss(key, value);
        }
    }

    bool TakeWatching(string key, JsonElement value)
    {
        switch (key)
        {
            case "watch":
                if (value.ValueKind == JsonValueKind.False) return true;
                _config = _config with
                {
                    Watch = true,
                    WatchPaths = value.ValueKind == JsonValueKind.True ? null : Pm2Value.Words(value),
                };
                return value.ValueKind == JsonValueKind.True || _config.WatchPaths is not null;
            case "ignore_watch":
                return Pm2Value.List(value) is { } ignored
                    && Did(_config = _config with { WatchIgnore = [.. ignored.Select(Pm2Value.Pattern)] });
            case "watch_delay":
                return Pm2Value.Time(value) is { } delay && Did(_config = _config with { WatchDelayMs = delay });
            default: return false;
        }
    }

    bool TakeStarting(string key, JsonElement value)
    {
        switch (key)
        {
            case "autostart":
                if (value.ValueKind == JsonValueKind.False) _config = _config with { Enabled = false };
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
            case "wait_ready":
                _waitsForReady = value.ValueKind != JsonValueKind.False;
                return !_waitsForReady || Left(key, value, Pm2Hints.WaitReady);
            case "listen_timeout": return Did(_listenTimeout = value);
            default: return false;
        }
    }

    ProcessConfig? Finish()
    {
        if (_script is null)
        {
            imported.LeaveOut(_name, "script", "nothing", "it has no script");
            return null;
        }
        var config = Pm2Script.Complete(
            _config with { ProjectDir = _config.ProjectDir ?? folder },
            new Pm2ScriptWords(_name, _script, _args, _interpreter, _interpreterArgs), look, imported, out var isNode);
        ReportInstances(isNode);
        if (_waitsForReady && _listenTimeout.ValueKind != JsonValueKind.Undefined)
            Left("listen_timeout", _listenTimeout, Pm2Hints.ListenTimeout);
        _logs.TakeCombined();
        _lifetime.MakeJob();
        // PM2 runs Python with -u.
        if (_interpreter is null && config.Interpreter == Interpreters.Python)
            (_env ??= []).TryAdd(Interpreters.PythonUnbuffered, "1");
        config = config with
        {
            Name = _name,
            Env = _env is { Count: > 0 } ? _env : null,
            OutFile = _logs.OutFile,
            ErrFile = _logs.ErrFile,
            MergeLogs = _logs.MergeLogs,
            Schedule = _lifetime.Schedule,
            Restart = _lifetime.Restart,
            Stop = _lifetime.Stop,
        };
        return Pm2Schedule.Translate(config, _name, imported);
    }

    /// <summary>
    /// Records what several instances have in PM2 and not in Tspm. PM2 runs only Node programs as a cluster by default.
    /// </summary>
    void ReportInstances(bool isNode)
    {
        if (_config.Instances is not > 1) return;
        if (_isCluster || (!_isFork && isNode))
            imported.Leave(_name, "exec_mode", _isCluster ? "cluster" : "cluster, by default", Pm2Hints.Cluster);
        _logs.ReportInstances();
    }

    bool TakeInstances(JsonElement value)
    {
        var text = Pm2Value.Text(value);
        if (text == InstanceCount.Max) text = "0";
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var said))
            return false;
        var count = Pm2Value.Instances(said);
        if (count > 1 || said <= 0) _config = _config with { Instances = count };
        return true;
    }

    bool TakeEnv(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) return false;
        _env ??= new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
            if (JsonTypes.TryName(member, out var name) && member.Value.ValueKind != JsonValueKind.Null)
                _env[name] = Pm2Value.Variable(member.Value);
        return true;
    }

    /// <summary>Sets PORT, which overrides <c>env</c> and is overridden by a profile.</summary>
    void TakePort()
    {
        if (_port is null) return;
        _env ??= new Dictionary<string, string>(StringComparer.Ordinal);
        _env["PORT"] = _port;
    }

    bool Left(string key, JsonElement value, string hint)
    {
        imported.Leave(_name, key, value, hint);
        return true;
    }
}
