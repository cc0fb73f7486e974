namespace Tspm.Client.CommandLine;

/// <summary>
/// The flags of all verbs by name. A switch instead of a table: a run of the client looks at three or four of them and
/// must not pay for building the rest.
/// </summary>
internal static class Flags
{
    /// <summary>The flags that make a config, in the order of the help.</summary>
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

    /// <summary>Null when no verb has such a flag.</summary>
    public static Flag? Find(string name) => ConfigFlag(name) ?? OtherFlag(name);

    static Flag? ConfigFlag(string name) => (name switch
    {
        "name" => new Flag(name, FlagKind.Text, "NAME", "name of the process"),
        "cwd" => new Flag(name, FlagKind.Text, "DIR", "working directory (default: the current one)"),
        "env" => new Flag(name, FlagKind.Assignment, "KEY=VALUE", "environment variable; repeatable")
        {
            Repeats = true,
        },
        "env-file" => new Flag(name, FlagKind.Text, "FILE", "dotenv file, read at every start"),
        "namespace" => new Flag(name, FlagKind.Text, "NAME", "namespace (default: default)"),
        "instances" => new Flag(name, FlagKind.Text, "N", "how many children of the same kind, or max: one per core"),
        "interpreter" => new Flag(name, FlagKind.Text, "PROGRAM", "program put before the command, or none"),
        "interpreter-args" =>
            new Flag(name, FlagKind.Text, "ARGS", "arguments for the interpreter, such as '--max-old-space-size=512'"),
        "memory" => new Flag(name, FlagKind.Size, "SIZE", "limit of the whole tree, such as 512MB; over it: restart"),
        "restart" => new Flag(name, FlagKind.Text, "POLICY", "always, on-failure or never"),
        "autorestart" => new Flag(name, FlagKind.Switch, "", "never start it again by itself") { ShownAsNo = true },
        "restart-delay" =>
            new Flag(name, FlagKind.Duration, "TIME", "the n-th failure in a row waits n times this (1s)"),
        "max-restarts" => new Flag(name, FlagKind.Count, "N", "failures in a row before giving up (10)"),
        "min-uptime" => new Flag(name, FlagKind.Duration, "TIME", "a run this long clears the failures (10s)"),
        "stop-exit-codes" =>
            new Flag(name, FlagKind.Counts, "CODES", "exit codes after which it stays stopped; repeatable")
            {
                Repeats = true,
            },
        "stop-signal" => new Flag(name, FlagKind.Text, "SIGNAL", "asks it to end (SIGTERM)"),
        "kill-timeout" => new Flag(name, FlagKind.Duration, "TIME", "then its whole tree is killed (10s)"),
        "treekill" => new Flag(name, FlagKind.Switch, "", "leave alone what the child left behind")
        {
            ShownAsNo = true,
        },
        "user" => new Flag(name, FlagKind.Text, "USER", "run as this user (root only)"),
        "group" => new Flag(name, FlagKind.Text, "GROUP", "run as this group (root only)"),
        "umask" => new Flag(name, FlagKind.Text, "OCTAL", "file mode mask, such as 027"),
        "nice" => new Flag(name, FlagKind.Integer, "N", "priority, -20 to 19"),
        "out-file" => new Flag(name, FlagKind.Text, "FILE", "where standard output goes"),
        "err-file" => new Flag(name, FlagKind.Text, "FILE", "where standard error goes"),
        "merge-logs" => new Flag(name, FlagKind.Switch, "", "standard error goes where standard output goes"),
        "ready" =>
            new Flag(name, FlagKind.Text, "PROBE",
                "online when: tcp:PORT, http:URL, log:REGEX, exec:COMMAND, notify, delay:TIME"),
        "start-timeout" => new Flag(name, FlagKind.Duration, "TIME", "how long it may take to be ready (60s)"),
        "health" => new Flag(name, FlagKind.Text, "PROBE", "the same, asked again and again; restarted when it fails"),
        "watch" => new Flag(name, FlagKind.Switch, "", "restart it when its files change"),
        "watch-paths" =>
            new Flag(name, FlagKind.Text, "A,B",
                "files, folders or patterns to watch (the working directory); repeatable")
            { Repeats = true },
        "watch-ignore" =>
            new Flag(name, FlagKind.Text, "A,B", "patterns of what does not count, such as '*.tmp,build'; repeatable")
            {
                Repeats = true,
            },
        "watch-delay" =>
            new Flag(name, FlagKind.Duration, "TIME", "how long the files must have been left alone (300ms)"),
        "job" => new Flag(name, FlagKind.Switch, "",
            "a job: it ends by itself and runs at the times of --cron, or when it is named"),
        "cron" => new Flag(name, FlagKind.Text, "CRON",
            "restart it at these times (a job: run it), such as '0 3 * * *'; 5 fields, or 6 with seconds"),
        "time-zone" => new Flag(name, FlagKind.Text, "ZONE", "of --cron, such as Europe/Berlin (the daemon's own)"),
        "log-max-size" => new Flag(name, FlagKind.Size, "SIZE", "a log this large is rotated (10MB); 0: never"),
        "log-keep" => new Flag(name, FlagKind.Count, "N", "how many rotated logs are kept (10)"),
        "stdin" => new Flag(name, FlagKind.Text, "KIND", "null, or pipe: lines come by 'tspm send'"),
        "listen" =>
            new Flag(name, FlagKind.Text, "ADDR",
                "listen there for it and pass the socket on: HOST:PORT, :PORT, unix:/PATH; "
                    + "repeatable")
            { Repeats = true },
        "depends-on" =>
            new Flag(name, FlagKind.Text, "NAME[:WHEN]", "wait until it is ready (or: started, completed); repeatable")
            {
                Repeats = true,
            },
        _ => null,
    }) is { } flag ? flag with { ChangesConfig = true } : null;

    static Flag? OtherFlag(string name) => name switch
    {
        "update-env" => new Flag(name, FlagKind.Switch, "", "replace the kept environment by this shell's"),
        "wait" => new Flag(name, FlagKind.Switch, "", "answer at once instead of when it is done") { ShownAsNo = true },
        "settle" =>
            new Flag(name, FlagKind.Duration, "TIME",
                "watch for this long whether it stays up (500ms on a terminal, else 0)"),
        "wait-timeout" => new Flag(name, FlagKind.Duration, "TIME", "how long to wait until it is done"),
        "force" => new Flag(name, FlagKind.Switch, "",
            "restart what is online already; of apply, plan, import: take over names that another project holds; "
            + "of enable, disable: although the unit was changed"),
        "attach" =>
            new Flag(name, FlagKind.Switch, "",
                "follow the logs after starting; of a job until it ends, with its exit code"),
        "only" => new Flag(name, FlagKind.Text, "A,B", "of a config file, only these processes"),
        "silent" => new Flag(name, FlagKind.Switch, "", "print nothing but errors"),
        "json" => new Flag(name, FlagKind.Switch, "", "print JSON"),
        "auto-start" => new Flag(name, FlagKind.Switch, "", "do not start the daemon when none runs")
        {
            ShownAsNo = true,
        },
        "help" => new Flag(name, FlagKind.Switch, "", "show this help"),
        "version" => new Flag(name, FlagKind.Switch, "", "show the version"),
        "lines" => new Flag(name, FlagKind.Count, "N",
            "show the last N (logs: 15 of each log; events: 50; why: 10 lines of output)"),
        "since" =>
            new Flag(name, FlagKind.Text, "TIME",
                "from then on: 10m (ago), 03:10, 03:10:05, '2026-11-23 03:10', ISO 8601"),
        "until" => new Flag(name, FlagKind.Text, "TIME", "up to then"),
        "kind" => new Flag(name, FlagKind.Text, "KIND,…", "only events of these kinds or causes, such as exited,crash"),
        "exits" => new Flag(name, FlagKind.Count, "N", "show the last N exits (default 5)"),
        "grep" => new Flag(name, FlagKind.Text, "REGEX", "lines that match; (?i) in front ignores case"),
        "context" => new Flag(name, FlagKind.Count, "N", "with --grep: so many lines before and after, too"),
        "run" => new Flag(name, FlagKind.Text, "RUN", "one run: last, -1 (the one before), its pid or number"),
        "timestamps" => new Flag(name, FlagKind.Switch, "", "the time in front of each line"),
        "follow" => new Flag(name, FlagKind.Switch, "", "go on with what is written from now on"),
        "out" => new Flag(name, FlagKind.Switch, "", "standard output only"),
        "err" => new Flag(name, FlagKind.Switch, "", "standard error only"),
        "raw" => new Flag(name, FlagKind.Switch, "", "the bytes as they were written, nothing added"),
        "events" =>
            new Flag(name, FlagKind.Switch, "", "what happened to the processes among the lines, as with -f and -t"),
        "logs" => new Flag(name, FlagKind.Switch, "", "remove its log files too"),
        "system" => new Flag(name, FlagKind.Switch, "", "the machine's own instance, for root: /var/lib/tspm"),
        "socket" => new Flag(name, FlagKind.Switch, "", "the daemon starts with the first command, and not before"),
        "print" => new Flag(name, FlagKind.Switch, "", "only show what would be written"),
        "keep-running" => new Flag(name, FlagKind.Switch, "", "leave the daemon and its processes as they are"),
        "host" =>
            new Flag(name, FlagKind.Text, "ADDRESS", "ask the daemon of another machine: ssh://[USER@]HOST[:PORT]"),
        "greet" => new Flag(name, FlagKind.Switch, "", "first say what environment and folder this session has"),
        "launch" => new Flag(name, FlagKind.Switch, "", "start the daemon when none runs"),
        "from" => new Flag(name, FlagKind.Text, "FILE", "another old list than the one in the home folder"),
        "take-over" => new Flag(name, FlagKind.Switch, "", "stop what the older tspm still runs and start it here"),
        "prune" => new Flag(name, FlagKind.Switch, "", "delete what is not in the file, of the same project"),
        "lossy" => new Flag(name, FlagKind.Switch, "", "exit 0 although something of another manager's file is lost"),
        "start" => new Flag(name, FlagKind.Switch, "", "apply the result instead of printing it"),
        "format" => new Flag(name, FlagKind.Text, "FORMAT",
            "openmetrics (default), or prometheus: text format 0.0.4, as node_exporter reads it"),
        "show-env" => new Flag(name, FlagKind.Switch, "", "show the values of env"),
        _ => null,
    };
}
