using System.Text.Json;

namespace Tspm.Config.Import;

/// <summary>Hints about what to do instead of a PM2 setting that has no counterpart.</summary>
internal static class Pm2Hints
{
    /// <summary>
    /// For <c>exec_mode</c>. PM2 tells instances apart by this variable, and node-config, log4js and others read it.
    /// </summary>
    public const string Cluster =
        "instances are separate processes here: to share a port they need 'listen' (tspm set NAME --listen :PORT); "
        + "the number of an instance is in TSPM_INSTANCE, not in NODE_APP_INSTANCE";

    /// <summary>
    /// For <c>wait_ready</c>. The hint is needed because a program that calls process.send ends with an error.
    /// </summary>
    public const string WaitReady =
        "process.send does not exist here, so a program that calls it without a check fails: "
        + "write process.send?.('ready'), and use a 'ready' probe (tcp, http, log or notify)";

    public const string ListenTimeout = "use a 'ready' probe with startTimeoutMs";

    public const string MergeLogs = "each instance has its own log; tspm logs NAME shows them together";

    public const string NodeVersion = "Tspm does not install Node versions; set interpreter to the path of that node";

    public static string For(string key) => key switch
    {
        "time" or "log_date_format" =>
            "a log contains only what the program wrote; to show times, run: tspm logs --timestamps",
        "log_type" => "use: tspm logs --json",
        "shutdown_with_message" => "the program gets a signal instead (stop.signal)",
        "watch_options" => "use watchPaths, watchIgnore and watchDelayMs",
        "instance_var" => "the number of the instance is in TSPM_INSTANCE",
        "increment_var" => "write one entry per instance",
        "source_map_support" => "set NODE_OPTIONS=--enable-source-maps in env",
        "post_update" => "use hooks",
        "pid_file" or "pid" => "use: tspm pid NAME",
        "pmx" or "automation" or "trace" or "deep_monitoring" or "vizion" => "a part of PM2's own monitoring",
        "filter_env" => "list the variables in env",
        "max_size" or "retain" or "compress" or "rotateInterval" =>
            "a setting of pm2-logrotate; use log.maxSizeBytes, log.keep and log.compress",
        "append_env_to_name" => "write the full name",
        _ => Pm2Keys.Expected(Pm2Dump.SettingOf(key)) is { } expected
            ? $"the value is not valid; expected {expected}" : "Tspm has no such setting",
    };

    /// <summary>Whether the program runs the same in Tspm without this setting, so that nothing is lost.</summary>
    public static bool IsWithoutLoss(string key, JsonElement value) => key switch
    {
        // How often PM2 checks whether a killed process is gone; how it matches programs; Windows only.
        "kill_retry_time" or "force" or "windowsHide" or "username" or "execute_command" or "write" => true,
        "disable_source_map_support" or "disable_trace" => value.ValueKind == JsonValueKind.True,
        "instance_var" => value.ValueKind == JsonValueKind.String && value.ValueEquals("NODE_APP_INSTANCE"),
        // A feature that is switched off there does not exist here.
        _ => value.ValueKind == JsonValueKind.False || Pm2Value.IsEmpty(value),
    };
}
