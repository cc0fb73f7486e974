using System.Text.Json;

namespace Tspm.Config.Import;

/// <summary>What to do instead of a setting of PM2 that has no counterpart.</summary>
internal static class Pm2Hints
{
    /// <summary>
    /// Of <c>exec_mode</c>. The variable is PM2's way to tell the instances apart, and node-config, log4js and others
    /// read it.
    /// </summary>
    public const string Cluster =
        "instances are separate processes here: a server that they share needs 'listen', see README; "
        + "the number of an instance is TSPM_INSTANCE instead of NODE_APP_INSTANCE";

    /// <summary>The program calls what is not there, and ends of it: that has to be said.</summary>
    public const string WaitReady =
        "there is no process.send here, so a program that calls it unguarded ends with an error: "
        + "write process.send?.('ready'), and say by a 'ready' probe (tcp, http, log or notify) when it is ready";

    public const string ListenTimeout = "with a 'ready' probe it is startTimeoutMs";

    public const string MergeLogs = "each instance has its own log; tspm logs NAME shows them together";

    public const string NodeVersion = "Tspm installs no versions of Node; write the path of that node as interpreter";

    public static string Of(string key) => key switch
    {
        "time" or "log_date_format" =>
            "a log holds what the program wrote; its times are shown by: tspm logs --timestamps",
        "log_type" => "tspm logs --json",
        "shutdown_with_message" => "the program gets stop.signal",
        "watch_options" => "watchPaths, watchIgnore and watchDelayMs",
        "instance_var" => "the number of the instance is TSPM_INSTANCE",
        "increment_var" => "give each its own entry",
        "source_map_support" => "NODE_OPTIONS=--enable-source-maps in env",
        "post_update" => "see hooks",
        "pid_file" or "pid" => "tspm pid NAME",
        "pmx" or "automation" or "trace" or "deep_monitoring" or "vizion" => "belongs to PM2's own monitoring",
        "filter_env" => "list the variables in env",
        "max_size" or "retain" or "compress" or "rotateInterval" =>
            "it belongs to pm2-logrotate, which does not read it here: log.maxSizeBytes, log.keep, log.compress",
        "append_env_to_name" => "write the name as it is to be",
        _ => "no counterpart",
    };

    /// <summary>Without it, or with this value, a program runs just as it does here: nothing is lost.</summary>
    public static bool IsWithoutLoss(string key, JsonElement value) => key switch
    {
        // How often PM2 looks whether what it killed is gone; which program it takes for which; for Windows.
        "kill_retry_time" or "force" or "windowsHide" or "username" or "execute_command" or "write" => true,
        "disable_source_map_support" or "disable_trace" => value.ValueKind == JsonValueKind.True,
        "instance_var" => value.ValueKind == JsonValueKind.String && value.ValueEquals("NODE_APP_INSTANCE"),
        // What is switched off there does not exist here.
        _ => value.ValueKind == JsonValueKind.False || Pm2Value.IsEmpty(value),
    };
}
