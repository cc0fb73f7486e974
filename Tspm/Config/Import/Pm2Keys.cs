using System.Text.Json;
using Tspm.Json;

namespace Tspm.Config.Import;

/// <summary>The settings of PM2 that have a counterpart: their names, and the values that they may have.</summary>
internal static class Pm2Keys
{
    const string Text = "text", YesOrNo = "true or false", Time = "milliseconds, or a time such as 3s";

    /// <summary>For each config field, the keys of an app that set it; the usual one comes first.</summary>
    static readonly (string Field, string[] Keys)[] Fields =
    [
        ("command", ["script", "exec", "cmd", "command", "pm_exec_path"]), ("projectDir", ["cwd", "pm_cwd"]),
        ("args", ["args"]), ("interpreter", ["interpreter", "exec_interpreter"]), ("env", ["env"]),
        ("envFile", ["env_file", "dotenv"]), ("user", ["uid", "user"]), ("group", ["gid", "group"]),
        ("memoryLimitBytes", ["max_memory_restart"]), ("instances", ["instances"]), ("watchPaths", ["watch"]),
        ("watchIgnore", ["ignore_watch"]), ("watchDelayMs", ["watch_delay"]),
        ("schedule", ["cron_restart", "cron"]), ("restart.delayMs", ["restart_delay", "exp_backoff_restart_delay"]),
        ("restart.maxConsecutive", ["max_restarts"]), ("restart.minUptimeMs", ["min_uptime"]),
        ("restart.stopExitCodes", ["stop_exit_codes"]), ("stop.signal", ["kill_signal", "stop_signal"]),
        ("stop.timeoutMs", ["kill_timeout"]),
        ("outFile", ["out_file", "out", "output", "out_log", "log_file", "log", "pm_out_log_path"]),
        ("errFile", ["error_file", "err_file", "err", "error", "err_log", "pm_err_log_path"]),
    ];

    /// <summary>The key that sets a config field in an app.</summary>
    /// <param name="field">The path of the field, which may lead to a member or an item.</param>
    /// <param name="has">Whether the app has a key.</param>
    /// <returns>The path itself if PM2 has no such setting.</returns>
    public static string Of(string field, Func<string, bool> has)
    {
        foreach (var (known, keys) in Fields)
        {
            if (!field.StartsWith(known, StringComparison.Ordinal)) continue;
            if (field.Length > known.Length && field[known.Length] is not ('.' or '[')) continue;
            return Array.Find(keys, key => has(key)) ?? field;
        }
        return field;
    }

    /// <summary>The values that a setting may have, as the end of "expected …".</summary>
    /// <returns>Null if Tspm has no such setting.</returns>
    public static string? Expected(string key) => key switch
    {
        "script" or "exec" or "cmd" or "command" or "cwd" or "interpreter" or "exec_interpreter" or "env_file"
            or "dotenv" or "namespace" or "uid" or "user" or "gid" or "group" or "cron_restart" or "cron"
            or "kill_signal" or "stop_signal" or "out_file" or "out" or "output" or "out_log" or "error_file"
            or "err_file" or "err" or "error" or "err_log" or "log_file" or "log" => Text,
        "args" or "ignore_watch" => "text or a list",
        "instances" => "a whole number or \"max\"",
        "env" => "an object { … } of variables",
        "port" => "a number",
        "max_memory_restart" => "a size greater than 0, such as 300M",
        "watch" => "true, false, a path or a list of paths",
        "watch_delay" or "min_uptime" or "restart_delay" or "exp_backoff_restart_delay" or "kill_timeout" => Time,
        "autorestart" or "autostart" or "treekill" => YesOrNo,
        "max_restarts" => "a whole number",
        "stop_exit_codes" => "exit codes from 0 to 255",
        _ => null,
    };

    /// <summary>The name of an app, or the one that PM2 gives it: that of its script.</summary>
    public static string NameOf(JsonElement app)
    {
        foreach (var key in (string[])["name", "script", "exec", "cmd", "command", "pm_exec_path"])
            if (app.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
                && JsonTypes.TryText(value, out var text) && text.Length > 0)
                return key == "name" ? text : Path.GetFileNameWithoutExtension(text.Split(' ')[0]);
        return "app";
    }
}
