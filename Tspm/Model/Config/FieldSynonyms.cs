namespace Tspm.Model.Config;

/// <summary>
/// The names that other tools have for the fields of a process config: PM2, supervisord, systemd, Docker Compose,
/// Kubernetes. A message about an unknown field uses them to suggest the right one.
/// </summary>
internal static class FieldSynonyms
{
    /// <summary>The Tspm field that another tool calls <paramref name="name"/>, for a message.</summary>
    /// <param name="name">The name as the user wrote it; letter case, dashes and underscores do not matter.</param>
    /// <returns>Null if no tool has such a name.</returns>
    public static string? Find(string name) => Plain(name) switch
    {
        "cwd" or "dir" or "directory" or "chdir" or "folder" or "workdir" or "workingdir" or "workingdirectory" =>
            "projectDir",
        "script" or "cmd" or "exec" or "execstart" or "program" or "run" or "entrypoint" => "command",
        "arguments" or "argv" or "params" => "args",
        "nodeargs" or "interpreterargs" or "execinterpreter" or "shell" => "interpreter (with its arguments)",
        "cron" or "cronrestart" or "crontab" or "oncalendar" => "schedule.cron",
        "timezone" or "tz" => "schedule.timeZone",
        "memory" or "maxmemory" or "maxmemoryrestart" or "memlimit" or "memorylimit" or "memorymax" =>
            "memoryLimitBytes",
        "port" or "ports" or "expose" =>
            "env.PORT if the program opens the port, or listen if Tspm should open it",
        "environment" or "envs" or "vars" or "variables" => "env",
        "dotenv" or "environmentfile" or "envfiles" => "envFile",
        "after" or "requires" or "wants" or "needs" or "bindsto" => "dependsOn",
        "replicas" or "numprocs" or "processes" or "scale" or "count" => "instances",
        "uid" or "runas" or "username" => "user",
        "gid" => "group",
        "autostart" or "disabled" => "enabled",
        "restartpolicy" => "restart.policy",
        "maxrestarts" or "startretries" or "retries" or "startlimitburst" => "restart.maxConsecutive",
        "restartdelay" or "restartsec" or "backoff" or "expbackoffrestartdelay" => "restart.delayMs",
        "minuptime" or "startsecs" => "restart.minUptimeMs",
        "stopexitcodes" or "exitcodes" or "successexitstatus" => "restart.stopExitCodes",
        "killtimeout" or "stoptimeout" or "stopwaitsecs" or "stopgraceperiod" or "timeoutstopsec" => "stop.timeoutMs",
        "stopsignal" or "killsignal" => "stop.signal",
        "treekill" or "killmode" or "killasgroup" or "stopasgroup" => "stop.killTree",
        "waitready" or "readiness" or "readinessprobe" => "ready",
        "healthcheck" or "liveness" or "livenessprobe" => "health",
        "listentimeout" or "starttimeout" or "timeoutstartsec" => "startTimeoutMs",
        "output" or "stdout" or "outlog" or "logfile" or "stdoutlogfile" or "standardoutput" => "outFile",
        "error" or "stderr" or "errlog" or "errorfile" or "stderrlogfile" or "standarderror" => "errFile",
        "combinelogs" or "redirectstderr" => "mergeLogs",
        "ignorewatch" => "watchIgnore",
        "ulimits" or "rlimits" or "limitnofile" => "limits",
        "prestart" or "execstartpre" => "hooks.preStart",
        "poststop" or "execstoppost" => "hooks.postStop",
        "execreload" => "reload",
        "oomscore" => "oomScoreAdjust",
        "standardinput" or "tty" or "stdinopen" => "stdin",
        _ => null,
    };

    static string Plain(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
}
