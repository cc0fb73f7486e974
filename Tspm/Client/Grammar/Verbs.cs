namespace Tspm.Client.Grammar;

/// <summary>
/// The verbs of this version: the one truth behind checking (<see cref="Argv"/>) and help (<see cref="HelpText"/>).
/// Built on demand, one verb a run (see <see cref="Flags"/>).
/// </summary>
internal static class Verbs
{
    const string Selectors = "SELECTOR…";

    /// <summary>In the order of the help.</summary>
    public static string[] Listed =>
    [
        "start", "add", "stop", "restart", "reload", "delete", "start-all", "stop-all", "restart-all", "list", "describe", "env", "pid", "logs", "why", "events", "search",
        "set", "scale", "rename", "reset", "flush", "reopen", "signal", "send", "apply", "plan", "validate", "schema", "import", "export", "migrate", "daemon", "enable", "disable",
        "status", "metrics", "ping", "version",
    ];

    /// <summary>Everything that may be typed and is answered; for suggestions.</summary>
    public static string[] Known => [.. Listed, "del", "rm", "ls", "ps", "show", "info", "log", "edit", "help", "save", "resurrect", "startup", "unstartup", "kill", "jlist"];

    /// <summary>The verb for what was typed, aliases included; null when there is none.</summary>
    public static Verb? Find(string typed) => Processes(typed) ?? Views(typed) ?? Changes(typed) ?? Configs(typed) ?? Housekeeping(typed);

    /// <summary>Verbs of the contract that this version does not have.</summary>
    public static bool IsLater(string typed) => typed is "monit" or "top" or "doctor" or "completion";

    static Verb? Processes(string typed) => typed switch
    {
        "start" => new Verb("start", "start [SELECTOR | FILE | COMMAND] [flags] [-- ARGS]", "start a known process, a config file's processes, or a new one")
        {
            Flags = [.. Flags.OfConfig, "update-env", "wait", "wait-timeout", "settle", "force", "attach", "only",
                "lossy", "auto-start", "json"], TakesProgram = true,
            Note = "Examples: tspm start \"node server.js\" --name web · tspm start app.py -i 2 · tspm start --name job -- ./run --fast\n"
                + "A backup every night: tspm add ./backup.sh --job --cron '0 3 * * *'. 'all', patterns and namespaces leave jobs alone.",
        },
        "add" => new Verb("add", "add COMMAND | FILE [flags] [-- ARGS]", "define without starting")
            { Flags = [.. Flags.OfConfig, "lossy", "auto-start", "json"], TakesProgram = true },
        "stop" => new Verb("stop", $"stop {Selectors}", "stop; done means done") { Flags = ["wait", "wait-timeout", "auto-start", "json"], MinWords = 1 },
        "restart" => new Verb("restart", $"restart {Selectors}", "stop and start again")
            { Flags = ["update-env", "wait", "wait-timeout", "auto-start", "json"], MinWords = 1 },
        "reload" => new Verb("reload", $"reload {Selectors}", "new child first, then the old one goes; instance by instance")
        {
            Flags = ["update-env", "wait", "wait-timeout", "auto-start", "json"], MinWords = 1,
            Note = "A new child that does not get ready is removed and the old one stays. For a server without a gap: tspm start app.js --listen :8080.\n"
                + "With reload.mode=signal in its config the child gets a signal (SIGHUP) instead. What is stopped is started.",
        },
        "delete" or "del" or "rm" => new Verb("delete", $"delete {Selectors}", "stop and forget (aliases: del, rm)")
            { Flags = ["logs", "auto-start", "json"], MinWords = 1 },
        "start-all" => new Verb("start-all", "start-all", "start all that is defined") { Flags = ["update-env", "wait", "wait-timeout", "auto-start", "json"], MaxWords = 0 },
        "stop-all" => new Verb("stop-all", "stop-all", "stop everything") { Flags = ["wait", "wait-timeout", "auto-start", "json"], MaxWords = 0 },
        "restart-all" => new Verb("restart-all", "restart-all", "restart everything") { Flags = ["update-env", "wait", "wait-timeout", "auto-start", "json"], MaxWords = 0 },
        _ => null,
    };

    static Verb? Views(string typed) => typed switch
    {
        "list" or "ls" or "ps" => new Verb("list", "list [SELECTOR…]", "what there is and how it is (aliases: ls, ps)") { Flags = ["json"] },
        "jlist" => new Verb("list", "list --json", "PM2's name of 'list --json'") { Flags = ["json"] },
        "describe" or "show" or "info" => new Verb("describe", $"describe {Selectors}", "all that is known (aliases: show, info)")
            { Flags = ["show-env", "json"], MinWords = 1 },
        "env" => new Verb("env", $"env {Selectors}", "the environment that the next child gets") { Flags = ["json"], MinWords = 1 },
        "pid" => new Verb("pid", $"pid {Selectors}", "process ids, one per line; exit 1 when one does not run") { Flags = ["json"], MinWords = 1 },
        "logs" or "log" => new Verb("logs", "logs [SELECTOR…]", "last lines and, with -f, what follows (alias: log)")
        {
            Flags = ["follow", "lines", "since", "until", "grep", "context", "run", "out", "err", "timestamps", "raw", "events", "json"],
            Note = "Several processes are merged by time. Rotated and compressed files are searched too. Examples:\n"
                + "  tspm logs web worker --since 03:10 --until 03:14 · tspm logs -f --grep '(?i)error' -C 3 · tspm logs web --run -1",
        },
        "why" => new Verb("why", $"why {Selectors}", "show why a process exited, with its last output")
        {
            Flags = ["exits", "lines", "json"], MinWords = 1,
        },
        "events" => new Verb("events", "events [SELECTOR…]", "show what happened and, with -f, what happens")
        {
            Flags = ["follow", "lines", "kind", "grep", "since", "until", "json"],
            Note = "Every change of state with its cause, and who asked for what. The last 50 unless told otherwise. "
                + "Example:\n"
                + "  tspm events web --kind crash,reloadFailed --since 03:00 --until 04:00",
        },
        "search" => new Verb("search", "search TEXT", "look in names, commands and namespaces") { Flags = ["json"], MinWords = 1, MaxWords = 1 },
        _ => null,
    };

    static Verb? Changes(string typed) => typed switch
    {
        "set" or "edit" => new Verb("set", "set SELECTOR… [KEY=VALUE…] [flags]", "change a config (alias: edit); each field takes effect as soon as it can")
        {
            Flags = [.. Flags.OfConfig.Where(static flag => flag is not ("name" or "interpreter-args")), "auto-start",
                "json"], MinWords = 1,
            Note = "KEY is a config field, nested ones with dots: tspm set web restart.delayMs=500 env.PORT=8080. An empty VALUE removes it.",
        },
        "scale" => new Verb("scale", "scale NAME N | +N | -N | max", "how many instances; the others are left alone")
            { Flags = ["wait", "wait-timeout", "auto-start", "json"], MinWords = 2, MaxWords = 2 },
        "rename" => new Verb("rename", "rename OLD NEW", "give a process another name") { Flags = ["auto-start", "json"], MinWords = 2, MaxWords = 2 },
        "reset" => new Verb("reset", $"reset {Selectors}", "clear restart counts and failures") { Flags = ["auto-start", "json"], MinWords = 1 },
        "flush" => new Verb("flush", $"flush {Selectors}", "empty the log files") { Flags = ["auto-start", "json"], MinWords = 1 },
        "reopen" => new Verb("reopen", "reopen [SELECTOR…]", "open the log files anew, after logrotate has moved them") { Flags = ["auto-start", "json"] },
        "signal" => new Verb("signal", $"signal SIGNAL {Selectors}", "send a signal (HUP, SIGHUP or 1)") { Flags = ["auto-start", "json"], MinWords = 2 },
        "send" => new Verb("send", "send SELECTOR LINE", "write a line to its standard input (needs --stdin pipe)")
            { Flags = ["auto-start", "json"], MinWords = 2, MaxWords = 2 },
        _ => null,
    };

    static Verb? Configs(string typed) => typed switch
    {
        "apply" => new Verb("apply", "apply FILE", "make the daemon match a config file: create, change, with --prune delete")
        {
            Flags = ["prune", "force", "update-env", "wait", "wait-timeout", "auto-start", "json"],
            MinWords = 1, MaxWords = 1,
            Note = "Only what a change touches is restarted; log settings, restart policy and the like "
                + "restart nothing. "
                + "'tspm plan FILE' shows it before. All or nothing.\n"
                + "Processes of another project (a file's \"project\", else its folder) are not touched, "
                + "unless --force takes them over.",
        },
        "plan" => new Verb("plan", "plan FILE", "what 'apply' would do, without doing it")
            { Flags = ["prune", "force", "update-env", "json"], MinWords = 1, MaxWords = 1 },
        "validate" => new Verb("validate", "validate FILE", "is a config file right? Needs no daemon") { MinWords = 1, MaxWords = 1 },
        "schema" => new Verb("schema", "schema", "the JSON Schema of a config file") { MaxWords = 0 },
        "import" => new Verb("import", "import pm2 | supervisord | procfile [FILE]", "print another manager's processes as a config file")
        {
            Flags =
                ["env-file", "out-file", "start", "force", "lossy", "update-env", "wait", "wait-timeout", "auto-start"],
            MinWords = 1, MaxWords = 2,
            Note = "What has no counterpart is listed, exit 1 unless --lossy. --env: of a Procfile its .env, of an ecosystem file the environment (env_NAME).\n"
                + "Without FILE: ~/.pm2/dump.pm2 or ecosystem.config.*, supervisord's usual places, Procfile.",
        },
        "export" => new Verb("export", "export config [SELECTOR…]", "print what is defined as a config file; to apply that changes nothing") { MinWords = 1 },
        "migrate" => new Verb("migrate", "migrate", "take over the process list of an older tspm")
        {
            Flags = ["from", "take-over", "auto-start"], MaxWords = 0,
            Note = "The first start of a daemon does it by itself. The old file is left as it is. MIGRATION.md has the whole way.",
        },
        _ => null,
    };

    static Verb? Housekeeping(string typed) => typed switch
    {
        "daemon" => new Verb("daemon", "daemon [start | stop | restart | upgrade [BINARY]]", "run the daemon in the foreground, or start, stop, restart, upgrade it")
        {
            MaxWords = 2,
            Note = "upgrade: BINARY, or what lies now where the daemon's executable lay, takes over. The processes run on, with the same pids.\n"
                + "In the foreground (a container): --apply FILE starts a config file's processes, --logs prints their output here too,\n"
                + "--exit-when errored|all-stopped ends the daemon by itself; --take-over replaces a daemon that runs, and keeps its processes.",
        },
        "enable" => new Verb("enable", "enable [--system | --user NAME] [flags]", "the boot service: the daemon starts with the machine")
        {
            Flags = ["user", "socket", "print", "force"], MaxWords = 0,
            Note = "A service of your own, which lives without a session; --system: of the machine; --user NAME: of another account (both for root).\n"
                + "A daemon that runs already is handed over, and nothing is restarted.",
        },
        "disable" => new Verb("disable", "disable [--system | --user NAME] [flags]", "stop and remove the boot service") { Flags = ["user", "keep-running", "force"], MaxWords = 0 },
        "status" => new Verb("status", "status", "how the daemon is") { Flags = ["json"], MaxWords = 0 },
        "ping" => new Verb("ping", "ping", "does the daemon answer?") { Flags = ["json"], MaxWords = 0 },
        "metrics" => new Verb("metrics", "metrics", "what is counted and measured, as text for Prometheus and its like")
        {
            Flags = ["format", "json"], MaxWords = 0,
            Note = "For the textfile collector of node_exporter: "
                + "tspm metrics --format prometheus > tspm.prom.new && mv tspm.prom.new DIR/tspm.prom",
        },
        "dial-stdio" => new Verb("dial-stdio", "dial-stdio", "standard input and output are the control socket: what 'tspm -H' calls through ssh") { Flags = ["greet", "launch"], MaxWords = 0 },
        "version" => new Verb("version", "version", "version of this program and of the daemon") { Flags = ["json"], MaxWords = 0 },
        "help" => new Verb("help", "help [VERB]", "this help, or a verb's") { MaxWords = 1 },
        "save" or "resurrect" or "kill" or "startup" or "unstartup" => new Verb(typed, typed, "a PM2 habit"),
        _ => null,
    };
}
