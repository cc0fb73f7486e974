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
        ("start", "force") =>
            "restart it if it is already running; with a new command, also replace its definition; for a FILE, also "
                + "take over names of other projects",
        ("up", "force") => "restart what is already running; also take over names of other projects",
        ("enable", "force") => "overwrite the service file even if it was edited by hand",
        ("disable", "force") => "remove the service file even if it was edited by hand",
        ("enable", "user") => "install the service for this user (root only; default: the current user)",
        ("disable", "user") => "remove the service of this user (root only)",
        ("plan", "prune") => "plan as for 'apply --prune'",
        ("plan", "force") => "plan as for 'apply --force'",
        ("plan", "update-env") => "plan as for 'apply --update-env'",
        ("events", "lines") => "show the last N events (default 50; with --since: all)",
        ("events", "follow") => "keep showing new events",
        ("events", "grep") => "only events whose text matches; start with (?i) to ignore case",
        ("why", "lines") => "show the last N lines of output of the last run (default 10)",
        ("import", "out-file") => "write the config to this file instead of printing it",
        ("import", "env-file") =>
            "for pm2: the profile, such as production for env_production; for a Procfile: its .env file",
        ("import", "lossy") => "exit 0 even if some settings have no counterpart here",
        ("list", "follow") => "update the list in place, once a second, until Ctrl-C or q",
        ("run", "memory") => "stop it when it and its child processes together use more memory than this",
        ("daemon", "logs") => "also print the output of the processes",
        ("daemon", "take-over") => "replace a running daemon, whose processes keep running",
        ("set" or "edit", "autorestart") => "the same as --restart never",
        ("set" or "edit", "cwd") => "working directory",
        ("set" or "edit", "namespace") => "namespace",
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
        "namespace" => new Flag(name, FlagKind.Text, "NAME",
            "namespace, a name for a group of processes (default: 'default')"),
        "instances" => new Flag(name, FlagKind.Text, "N", "number of instances (default 1), or max for one per core"),
        "interpreter" => new Flag(name, FlagKind.Text, "PROGRAM",
            "program that runs the file (default: by its extension); none: run the file itself"),
        "interpreter-args" =>
            new Flag(name, FlagKind.Text, "ARGS", "arguments for the interpreter, such as '--max-old-space-size=512'"),
        "memory" =>
            new Flag(name, FlagKind.Size, "SIZE",
                "stop it when it and its child processes together use more memory than this; --restart decides "
                    + "whether it starts again"),
        "restart" =>
            new Flag(name, FlagKind.Text, "POLICY",
                "when to restart it after it exits: always (default), on-failure or never (default of a job)"),
        "autorestart" => new Flag(name, FlagKind.Switch, "",
            "the same as --restart never; with --cron, also the same as --job")
        {
            ShownAsNo = true,
        },
        "restart-delay" =>
            new Flag(name, FlagKind.Duration, "TIME",
                "delay before a restart (default 1s); after n failures in a row, n times as long, up to 10s (or TIME, "
                    + "if longer)"),
        "max-restarts" => new Flag(name, FlagKind.Count, "N",
            "give up after this many failures in a row (default 10); with --restart always, every exit counts, even "
                + "code 0"),
        "min-uptime" =>
            new Flag(name, FlagKind.Duration, "TIME", "uptime after which the failure count is cleared (default 10s)"),
        "stop-exit-codes" =>
            new Flag(name, FlagKind.Counts, "N,…", "exit codes after which it is not restarted; repeatable")
            {
                Repeats = true,
            },
        "stop-signal" => new Flag(name, FlagKind.Text, "SIGNAL", "signal used to stop it (default SIGTERM)"),
        "kill-timeout" =>
            new Flag(name, FlagKind.Duration, "TIME",
                "how long to wait before it and its child processes are killed (default 10s)"),
        "treekill" => new Flag(name, FlagKind.Switch, "", "do not stop child processes that outlive it")
        {
            ShownAsNo = true,
        },
        "user" => new Flag(name, FlagKind.Text, "USER", "run as this user (root only)"),
        "group" => new Flag(name, FlagKind.Text, "GROUP", "run as this group (root only)"),
        "umask" => new Flag(name, FlagKind.Text, "OCTAL", "file mode mask, such as 027"),
        "nice" => new Flag(name, FlagKind.Integer, "N", "scheduling priority, -20 (highest) to 19"),
        "out-file" => new Flag(name, FlagKind.Text, "FILE", "log file for standard output (default: in ~/.tspm/logs)"),
        "err-file" => new Flag(name, FlagKind.Text, "FILE", "log file for standard error (default: in ~/.tspm/logs)"),
        "merge-logs" => new Flag(name, FlagKind.Switch, "", "write standard error to the file of standard output"),
        "ready" =>
            new Flag(name, FlagKind.Text, "PROBE",
                "readiness probe: tcp:PORT, http://…, log:REGEX, exec:COMMAND, notify or delay:TIME"),
        "start-timeout" =>
            new Flag(name, FlagKind.Duration, "TIME", "how long it may take to become ready (default 60s)"),
        "health" =>
            new Flag(name, FlagKind.Text, "PROBE",
                "probe as for --ready (except delay), repeated every 10s; the process is restarted after 3 failures in "
                    + "a row (notify: after one missed WATCHDOG=1)"),
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
            "make it a job: it ends on its own, and runs at the times of --cron or when started by name"),
        "cron" => new Flag(name, FlagKind.Text, "CRON",
            "when to restart it (or run it, for a job), such as '0 3 * * *'; 5 fields, or 6 with seconds first"),
        "time-zone" => new Flag(name, FlagKind.Text, "ZONE",
            "time zone for --cron, such as Europe/Berlin (default: the machine's)"),
        "log-max-size" =>
            new Flag(name, FlagKind.Size, "SIZE", "rotate a log at this size (default 10MB; 0: never)"),
        "log-keep" => new Flag(name, FlagKind.Count, "N", "number of rotated logs to keep (default 10)"),
        "stdin" => new Flag(name, FlagKind.Text, "KIND", "null (default), or pipe to accept lines from 'tspm send'"),
        "listen" =>
            new Flag(name, FlagKind.Text, "ADDR",
                "listen here and pass the socket to the process: HOST:PORT, :PORT, unix:/PATH; repeatable")
            { Repeats = true },
        "depends-on" =>
            new Flag(name, FlagKind.Text, "NAME[:WHEN]",
                "start it after NAME is ready (default), started or completed; repeatable")
            {
                Repeats = true,
            },
        _ => null,
    }) is { } flag ? flag with { ChangesConfig = true } : null;

    static Flag? OtherFlag(string name) => name switch
    {
        "update-env" => new Flag(name, FlagKind.Switch, "",
            "replace the saved environment with that of this shell"),
        "wait" => new Flag(name, FlagKind.Switch, "", "return at once, without waiting for the result")
        {
            ShownAsNo = true,
        },
        "settle" =>
            new Flag(name, FlagKind.Duration, "TIME",
                "fail if it exits within this time after it was started (default 500ms on a terminal, otherwise 0: do "
                    + "not check)"),
        "wait-timeout" =>
            new Flag(name, FlagKind.Duration, "TIME",
                "stop waiting after this time (default 10m) and exit 5; the work continues in the background"),
        "force" => new Flag(name, FlagKind.Switch, "",
            "take over names that belong to another project"),
        "attach" =>
            new Flag(name, FlagKind.Switch, "",
                "follow the logs after starting, until Ctrl-C; if the only process is a job, run it, then exit with "
                    + "its exit code"),
        "only" => new Flag(name, FlagKind.Text, "A,B", "only these processes of a config file"),
        "for" => new Flag(name, FlagKind.Text, "STATE", "online (default), stopped, errored, exited or healthy"),
        "log" => new Flag(name, FlagKind.Text, "REGEX", "wait for a line that matches; start with (?i) to ignore case"),
        "port" => new Flag(name, FlagKind.Count, "N", "wait until it listens on this TCP port"),
        "timeout" => new Flag(name, FlagKind.Duration, "TIME", "stop waiting after this time (default: never)"),
        "silent" => new Flag(name, FlagKind.Switch, "", "print only errors"),
        "json" => new Flag(name, FlagKind.Switch, "", "print JSON"),
        "auto-start" => new Flag(name, FlagKind.Switch, "", "do not start the daemon if none is running")
        {
            ShownAsNo = true,
        },
        "help" => new Flag(name, FlagKind.Switch, "", "show this help"),
        "version" => new Flag(name, FlagKind.Switch, "", "show the version"),
        "lines" => new Flag(name, FlagKind.Count, "N",
            "show the last N lines of each log (default 15; with --since, --until, --grep or --run: all)"),
        "since" =>
            new Flag(name, FlagKind.Text, "WHEN",
                "start at this time: 10m (ago), 03:10 (the most recent one), 03:10:05, '2026-11-23 03:10', ISO 8601"),
        "until" => new Flag(name, FlagKind.Text, "WHEN", "end at this time (the same forms)"),
        "kind" => new Flag(name, FlagKind.Text, "KIND,…",
            "only these kinds (exited, errored, …) or causes (crash, memory, …)"),
        "exits" => new Flag(name, FlagKind.Count, "N", "show the last N exits (default 5)"),
        "grep" => new Flag(name, FlagKind.Text, "REGEX", "only lines that match; start with (?i) to ignore case"),
        "invert" => new Flag(name, FlagKind.Switch, "", "with --grep: only lines that do not match"),
        "highlight" => new Flag(name, FlagKind.Text, "REGEX", "mark what matches, on a terminal with colours"),
        "prefix" => new Flag(name, FlagKind.Switch, "", "leave out the names, and the '!' before standard error")
        {
            ShownAsNo = true,
        },
        "context" => new Flag(name, FlagKind.Count, "N",
            "with --grep: also show N lines of the same stream before and after each match"),
        "run" => new Flag(name, FlagKind.Text, "RUN",
            "only one run: last, -1 (the run before the last), a pid, or 'run' from --json"),
        "timestamps" => new Flag(name, FlagKind.Switch, "", "show the time in front of each line"),
        "follow" => new Flag(name, FlagKind.Switch, "", "keep following new output"),
        "out" => new Flag(name, FlagKind.Switch, "", "standard output only"),
        "err" => new Flag(name, FlagKind.Switch, "", "standard error only"),
        "raw" => new Flag(name, FlagKind.Switch, "", "print the bytes exactly as they were written"),
        "events" =>
            new Flag(name, FlagKind.Switch, "",
                "show events among the lines (default with -f or -t, unless --grep, --run, --out or --err is given)"),
        "sort" => new Flag(name, FlagKind.Text, "KEY",
            "sort by name, state, cpu, mem, uptime, restarts or id; the other way round: cpu:asc, name:desc"),
        "tab" => new Flag(name, FlagKind.Text, "TAB", "show this first: " + Monit.MonitOptions.Tabs),
        "read-only" => new Flag(name, FlagKind.Switch, "", "refuse keys that change processes"),
        "interval" => new Flag(name, FlagKind.Duration, "TIME",
            "time between two readings (default 1s, at least 500ms); after an event, the next one comes sooner"),
        "once" => new Flag(name, FlagKind.Switch, "", "print one frame and exit"),
        "state" => new Flag(name, FlagKind.Text, "STATE,…",
            "only processes in these states: online, starting, stopping, stopped, waiting, errored"),
        "wide" => new Flag(name, FlagKind.Switch, "",
            "show all columns in full, even if lines get wider than the terminal"),
        "columns" => new Flag(name, FlagKind.Text, "A,B,…",
            "show these columns, in this order: " + Output.Listing.ListColumns.Names),
        "quiet" => new Flag(name, FlagKind.Switch, "", "print only names, one per line"),
        "logs" => new Flag(name, FlagKind.Switch, "", "also remove the log files"),
        "system" => new Flag(name, FlagKind.Switch, "",
            "use the system-wide daemon, which runs as root (data in /var/lib/tspm)"),
        "socket" => new Flag(name, FlagKind.Switch, "", "start the daemon at the first command instead of at boot"),
        "print" => new Flag(name, FlagKind.Switch, "", "only print the files that would be written"),
        "keep-running" => new Flag(name, FlagKind.Switch, "", "keep the daemon and its processes running"),
        "host" =>
            new Flag(name, FlagKind.Text, "ADDRESS", "use the daemon of another machine: ssh://[USER@]HOST[:PORT]"),
        "greet" => new Flag(name, FlagKind.Switch, "", "first send the environment and folder of this session"),
        "launch" => new Flag(name, FlagKind.Switch, "", "start the daemon if none is running"),
        "from" =>
            new Flag(name, FlagKind.Text, "FILE", "old process list to read (default: the one below ~/.npmextra/kv)"),
        "take-over" =>
            new Flag(name, FlagKind.Switch, "",
                "stop the processes that the older tspm still runs, and start them under this one"),
        "apply" => new Flag(name, FlagKind.Text, "FILE", "start the processes of this config file"),
        "exit-when" => new Flag(name, FlagKind.Text, "WHEN",
            "end when a process is errored (errored), or when all have stopped (all-stopped)"),
        "keep" => new Flag(name, FlagKind.Switch, "",
            "keep the process when it has ended or this command is killed; it can be started again"),
        "prune" =>
            new Flag(name, FlagKind.Switch, "", "delete processes of the same project that are not in the file"),
        "lossy" =>
            new Flag(name, FlagKind.Switch, "",
                "for a PM2 file: exit 0 even if some settings have no counterpart here"),
        "start" => new Flag(name, FlagKind.Switch, "", "apply the imported config instead of printing it"),
        "format" => new Flag(name, FlagKind.Text, "FORMAT",
            "openmetrics (default), or prometheus (text format 0.0.4, for node_exporter)"),
        "show-env" => new Flag(name, FlagKind.Switch, "",
            "also show the values of variables that look like secrets (in JSON: of all variables)"),
        _ => null,
    };
}
