using System.Text.Json;
using Tspm.Json;

namespace Tspm.Config.Import;

/// <summary>
/// Interprets the file that <c>pm2 save</c> writes: settings under other names, the state at that moment, and the whole
/// environment of the shell that started the app.
/// </summary>
internal static class Pm2Dump
{
    static readonly string[] State =
    [
        "pm_id", "pm_uptime", "status", "restart_time", "unstable_restarts", "created_at", "axm_actions", "axm_monitor",
        "axm_options", "axm_dynamic", "version", "versioning", "vizion_running", "vizion", "km_link", "pmx",
        "automation", "windowsHide", "username", "instance_var", "filter_env", "node_version", "unique_id",
        "prev_restart_delay", "exit_code", "exited_at", "pm_pid_path", "kill_retry_time", "_exec_mode", "instances",
        "NODE_APP_INSTANCE", "node_env", "trace", "started_inside", "command", "source_map_support",
        "disable_source_map_support", "merge_logs", "combine_logs", "log_date_format", "time", "watching",
        "pm_log_path", "deep_monitoring", "disable_trace", "io", "backoff_restart_delay", "_pm2_version",
    ];

    /// <summary>
    /// Variables of a session, a terminal or a run of a package manager: they differ in every shell and mean nothing to
    /// a program.
    /// </summary>
    static readonly string[] Session = ["_", "PWD", "OLDPWD", "SHLVL", "TERM", "COLORTERM", "LS_COLORS", "LESSOPEN",
        "LESSCLOSE", "WINDOWID", "DISPLAY", "MAIL", "TMUX", "TMUX_PANE", "STY", "HISTSIZE", "unique_id",
            "NODE_APP_INSTANCE"];

    static readonly string[] SessionPrefixes = ["PM2_", "pm_", "axm_", "SSH_", "XDG_", "DBUS_", "npm_", "SUDO_",
        "LC_TERMINAL", "TERM_"];

    /// <summary>Whether the key is state and not a setting.</summary>
    public static bool IsState(string key) => Array.IndexOf(State, key) >= 0;

    /// <summary>The name of the setting in an ecosystem file.</summary>
    public static string SettingOf(string key) => key switch
    {
        "pm_exec_path" => "script",
        "pm_cwd" => "cwd",
        "pm_out_log_path" => "out_file",
        "pm_err_log_path" => "error_file",
        _ => key,
    };

    /// <summary>
    /// The variables of the app that the current environment does not have. Secrets among them are recorded, so that
    /// nobody prints them.
    /// </summary>
    public static Dictionary<string, string> Reduce(JsonElement env, IReadOnlyDictionary<string, string> present,
        string name, Imported imported)
    {
        var kept = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in env.EnumerateObject())
        {
            if (!JsonTypes.TryName(member, out var key) || key.Length == 0 || key.Contains('=')) continue;
            if (IsSessionVariable(key) || IsState(key)) continue;
            var value = member.Value.ValueKind switch
            {
                JsonValueKind.String => JsonTypes.TryText(member.Value, out var text) ? text : null,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
                _ => null,
            };
            // PM2 stores the settings of a module there, and an empty object for anything else.
            if (value is null || (key == name && value is "{}" or "[object Object]")
                || (present.TryGetValue(key, out var now) && now == value)) continue;
            kept[key] = value;
            if (Imported.IsSecret(key) && !imported.Secrets.Exists(secret => secret.Owner == name && secret.Key == key))
                imported.Secrets.Add(new Unmapped(name, key, "***", ""));
        }
        return kept;
    }

    static bool IsSessionVariable(string key)
    {
        if (Array.IndexOf(Session, key) >= 0) return true;
        foreach (var prefix in SessionPrefixes)
            if (key.StartsWith(prefix, StringComparison.Ordinal)) return true;
        return false;
    }
}
