namespace Tspm.Client.CommandLine;

/// <summary>
/// The flags of all verbs by name. A switch rather than a table: a command uses three or four flags, and must not pay
/// for building the rest.
/// </summary>
internal static class Flags
{
    /// <summary>The flags that set fields of a config, in the order of the help.</summary>
    public static string[] OfConfig =>
    [
        "name", "cwd", "env", "env-file", "namespace", "instances", "interpreter",
        "interpreter-args", "memory", "restart", "autorestart", "restart-delay",
        "max-restarts", "min-uptime", "stop-exit-codes", "stop-signal", "kill-timeout", "treekill", "user", "group",
        "umask", "nice",
        "out-file", "err-file", "merge-logs", "log-max-size", "log-keep", "stdin", "depends-on", "ready",
        "start-timeout", "health", "listen",
        "watch", "watch-paths", "watch-ignore", "watch-delay", "job", "cron", "time-zone",
    ];

    /// <returns>Null if no verb has such a flag.</returns>
    public static Flag? Find(string name) => ConfigFlag(name) ?? OtherFlag(name);

    /// <summary>What the flag means for this verb, where that differs from verb to verb.</summary>
    public static string HelpOf(Flag flag, Verb verb) => (verb.Name, flag.Name) switch
    {
        ("start", "force") => "restart it if it is already running",
        ("enable" or "disable", "force") => "continue even if the unit was edited",
        ("events", "lines") => "show the last N events (default 50)",
        ("why", "lines") => "show the last N lines of output (default 10)",
        ("import", "out-file") => "write the config to this file instead of printing it",
        ("import", "lossy") => "exit 0 even if some settings have no counterpart here",
        ("list", "follow") => "update the list in place, once a second, until Ctrl-C",
        ("set", "cwd") => "working directory",
        ("set", "namespace") => "namespace",
        _ => flag.Help,
    };

    static Flag? ConfigFlag(string name) => (name switch
    {
        "name" => new Flag(name, FlagKind.Text, "NAME", "name of the process"),
        "cwd" => new Flag(name, FlagKind.Text, "DIR", "working directory (default: the current one)"),
        "env" => new Flag(name, FlagKind.Assignment, "KEY=VALUE", "environment variable; repeatable")
        {
            Repeats = true,
        },
        "env-file" => new Flag(name, FlagKind.Text, "FILE", ".env file, re-read at every start"),
        "namespace" => new Flag(name, FlagKind.Text, "NAME", "namespace (default: default)"),
        "instances" => new Flag(name, FlagKind.Text, "N", "number of instances, or max for one per core"),
        "interpreter" => new Flag(name, FlagKind.Text, "PROGRAM", "program that runs the command, or none"),
        "interpreter-args" =>
            new Flag(name, FlagKind.Text, "ARGS", "arguments for the interpreter, such as '--max-old-space-size=512'"),
        "memory" =>
            new Flag(name, FlagKind.Size, "SIZE", "restart it when its whole tree uses more memory, such as 512MB"),
        "restart" =>
            new Flag(name, FlagKind.Text, "POLICY",
                "when to restart it after it exits: always (default), on-failure or never"),
        "autorestart" => new Flag(name, FlagKind.Switch, "", "never restart it automatically") { ShownAsNo = true },
        "restart-delay" =>
            new Flag(name, FlagKind.Duration, "TIME",
                "delay before a restart, times the number of failures in a row (default 1s)"),
        "max-restarts" => new Flag(name, FlagKind.Count, "N", "failures in a row before giving up (default 10)"),
        "min-uptime" =>
            new Flag(name, FlagKind.Duration, "TIME", "uptime after which the failure count is cleared (default 10s)"),
        "stop-exit-codes" =>
            new Flag(name, FlagKind.Counts, "CODES", "exit codes after which it is not restarted; repeatable")
            {
                Repeats = true,
            },
        "stop-signal" => new Flag(name, FlagKind.Text, "SIGNAL", "signal used to stop it (default SIGTERM)"),
        "kill-timeout" =>
            new Flag(name, FlagKind.Duration, "TIME", "how long to wait before killing the whole tree (default 10s)"),
        "treekill" => new Flag(name, FlagKind.Switch, "", "do not kill processes that the child left behind")
        {
            ShownAsNo = true,
        },
        "user" => new Flag(name, FlagKind.Text, "USER", "run as this user (root only)"),
        "group" => new Flag(name, FlagKind.Text, "GROUP", "run as this group (root only)"),
        "umask" => new Flag(name, FlagKind.Text, "OCTAL", "file mode mask, such as 027"),
        "nice" => new Flag(name, FlagKind.Integer, "N", "priority, -20 to 19"),
        "out-file" => new Flag(name, FlagKind.Text, "FILE", "log file for standard output"),
        "err-file" => new Flag(name, FlagKind.Text, "FILE", "log file for standard error"),
        "merge-logs" => new Flag(name, FlagKind.Switch, "", "write standard error to the file of standard output"),
        "ready" =>
            new Flag(name, FlagKind.Text, "PROBE",
                "readiness probe: tcp:PORT, http://…, log:REGEX, exec:COMMAND, notify or delay:TIME"),
        "start-timeout" =>
            new Flag(name, FlagKind.Duration, "TIME", "how long it may take to become ready (default 60s)"),
        "health" =>
            new Flag(name, FlagKind.Text, "PROBE",
                "probe repeated while it runs (tcp, http, exec or notify); it is restarted after 3 failures in a row"),
        "watch" => new Flag(name, FlagKind.Switch, "", "restart it when its files change"),
        "watch-paths" =>
            new Flag(name, FlagKind.Text, "A,B",
                "files, folders or patterns to watch (default: the working directory); repeatable")
            { Repeats = true },
        "watch-ignore" =>
            new Flag(name, FlagKind.Text, "A,B", "patterns to ignore, such as '*.tmp,build'; repeatable")
            {
                Repeats = true,
            },
        "watch-delay" =>
            new Flag(name, FlagKind.Duration, "TIME",
                "how long files must be unchanged before it is restarted (default 300ms)"),
        "job" => new Flag(name, FlagKind.Switch, "",
            "a job, which ends on its own; it runs at the times of --cron, or when you start it by name"),
        "cron" => new Flag(name, FlagKind.Text, "CRON",
            "when to restart it (or run it, for a job), such as '0 3 * * *'; 5 fields, or 6 with seconds"),
        "time-zone" => new Flag(name, FlagKind.Text, "ZONE",
            "time zone for --cron, such as Europe/Berlin (default: the daemon's)"),
        "log-max-size" =>
            new Flag(name, FlagKind.Size, "SIZE", "rotate a log at this size (default 10MB; 0: never)"),
        "log-keep" => new Flag(name, FlagKind.Count, "N", "number of rotated logs to keep (default 10)"),
        "stdin" => new Flag(name, FlagKind.Text, "KIND", "null, or pipe to accept lines from 'tspm send'"),
        "listen" =>
            new Flag(name, FlagKind.Text, "ADDR",
                "listen here and pass the socket to the process: HOST:PORT, :PORT, unix:/PATH; repeatable")
            { Repeats = true },
        "depends-on" =>
            new Flag(name, FlagKind.Text, "NAME[:WHEN]",
                "process that must be ready first (or started, or completed); repeatable")
            {
                Repeats = true,
            },
        _ => null,
    }) is { } flag ? flag with { ChangesConfig = true } : null;

    static Flag? OtherFlag(string name) => name switch
    {
        "update-env" => new Flag(name, FlagKind.Switch, "", "replace the stored environment with this shell's"),
        "wait" => new Flag(name, FlagKind.Switch, "", "return at once, without waiting for the result")
        {
            ShownAsNo = true,
        },
        "settle" =>
            new Flag(name, FlagKind.Duration, "TIME",
                "fail if it dies within this time (default 500ms on a terminal, otherwise 0: not checked)"),
        "wait-timeout" =>
            new Flag(name, FlagKind.Duration, "TIME", "give up waiting after this time, with exit code 5"),
        "force" => new Flag(name, FlagKind.Switch, "",
            "take over names that belong to another project"),
        "attach" =>
            new Flag(name, FlagKind.Switch, "",
                "follow the logs after starting; for a job, until it ends, and return its exit code"),
        "only" => new Flag(name, FlagKind.Text, "A,B", "only these processes of a config file"),
        "silent" => new Flag(name, FlagKind.Switch, "", "print only errors"),
        "json" => new Flag(name, FlagKind.Switch, "", "print JSON"),
        "auto-start" => new Flag(name, FlagKind.Switch, "", "do not start the daemon if none is running")
        {
            ShownAsNo = true,
        },
        "help" => new Flag(name, FlagKind.Switch, "", "show this help"),
        "version" => new Flag(name, FlagKind.Switch, "", "show the version"),
        "lines" => new Flag(name, FlagKind.Count, "N",
            "show the last N lines of each log (default 15)"),
        "since" =>
            new Flag(name, FlagKind.Text, "TIME",
                "start at this time: 10m (ago), 03:10, 03:10:05, '2026-11-23 03:10', ISO 8601"),
        "until" => new Flag(name, FlagKind.Text, "TIME", "end at this time"),
        "kind" => new Flag(name, FlagKind.Text, "KIND,…", "only events of these kinds or causes, such as exited,crash"),
        "exits" => new Flag(name, FlagKind.Count, "N", "show the last N exits (default 5)"),
        "grep" => new Flag(name, FlagKind.Text, "REGEX", "only lines that match; start with (?i) to ignore case"),
        "context" => new Flag(name, FlagKind.Count, "N", "with --grep: also show N lines before and after each match"),
        "run" => new Flag(name, FlagKind.Text, "RUN", "only one run: last, -1 (the one before), its pid or number"),
        "timestamps" => new Flag(name, FlagKind.Switch, "", "show the time in front of each line"),
        "follow" => new Flag(name, FlagKind.Switch, "", "keep following new output"),
        "out" => new Flag(name, FlagKind.Switch, "", "standard output only"),
        "err" => new Flag(name, FlagKind.Switch, "", "standard error only"),
        "raw" => new Flag(name, FlagKind.Switch, "", "print the bytes exactly as they were written"),
        "events" =>
            new Flag(name, FlagKind.Switch, "", "show events of the processes between the lines, as -f and -t do"),
        "sort" => new Flag(name, FlagKind.Text, "KEY",
            "sort by name, state, cpu, mem, uptime, restarts or id; the other way round: cpu:asc, name:desc"),
        "state" => new Flag(name, FlagKind.Text, "STATE,…",
            "only processes in these states: online, starting, stopping, stopped, waiting, errored"),
        "wide" => new Flag(name, FlagKind.Switch, "",
            "show all columns and whole texts, even if lines get wider than the terminal"),
        "columns" => new Flag(name, FlagKind.Text, "A,B,…",
            "show these columns, in this order: " + Output.Listing.ListColumns.Names),
        "quiet" => new Flag(name, FlagKind.Switch, "", "print only names, one per line"),
        "logs" => new Flag(name, FlagKind.Switch, "", "also remove the log files"),
        "system" => new Flag(name, FlagKind.Switch, "", "use the system-wide instance in /var/lib/tspm (for root)"),
        "socket" => new Flag(name, FlagKind.Switch, "", "start the daemon at the first command instead of at boot"),
        "print" => new Flag(name, FlagKind.Switch, "", "only print the files that would be written"),
        "keep-running" => new Flag(name, FlagKind.Switch, "", "keep the daemon and its processes running"),
        "host" =>
            new Flag(name, FlagKind.Text, "ADDRESS", "use the daemon of another machine: ssh://[USER@]HOST[:PORT]"),
        "greet" => new Flag(name, FlagKind.Switch, "", "first send the environment and folder of this session"),
        "launch" => new Flag(name, FlagKind.Switch, "", "start the daemon if none is running"),
        "from" => new Flag(name, FlagKind.Text, "FILE", "old process list to read, instead of the one in your home"),
        "take-over" =>
            new Flag(name, FlagKind.Switch, "", "stop processes that the older tspm still runs, and start them here"),
        "prune" =>
            new Flag(name, FlagKind.Switch, "", "delete processes of the same project that are not in the file"),
        "lossy" =>
            new Flag(name, FlagKind.Switch, "", "exit 0 even if some settings of a PM2 file have no counterpart here"),
        "start" => new Flag(name, FlagKind.Switch, "", "apply the imported config instead of printing it"),
        "format" => new Flag(name, FlagKind.Text, "FORMAT",
            "openmetrics (default), or prometheus (text format 0.0.4, for node_exporter)"),
        "show-env" => new Flag(name, FlagKind.Switch, "", "show the values of environment variables"),
        _ => null,
    };
}
