namespace Tspm.Client.CommandLine;

/// <summary>
/// The verbs of this version, in the order of the help: the one truth behind checking (<see cref="Argv"/>), suggestions
/// and help (<see cref="Output.HelpText"/>). A new verb is one row here and a command of its name.
/// </summary>
internal static class Verbs
{
    const string Selectors = "SELECTOR…";

    /// <summary>PM2's word for a list in JSON.</summary>
    public const string ListAsJson = "jlist";

    /// <summary>All, also those that the help does not list.</summary>
    public static readonly IReadOnlyList<Verb> All =
    [
        new("start", "start [SELECTOR | FILE | COMMAND] [flags] [-- ARGS]",
            "start a known process, a config file's processes, or a new one")
        {
            TakesConfig = true, TakesProgram = true,
            Flags =
            [
                "update-env", "wait", "wait-timeout", "settle", "force", "attach", "only", "lossy", "auto-start",
                "json",
            ],
            Note = "Examples: tspm start \"node server.js\" --name web · tspm start app.py -i 2 "
                + "· tspm start --name job -- ./run --fast\n"
                + "A backup every night: tspm add ./backup.sh --job --cron '0 3 * * *'. "
                + "'all', patterns and namespaces leave jobs alone.",
        },
        new("add", "add COMMAND | FILE [flags] [-- ARGS]", "define without starting")
            { TakesConfig = true, TakesProgram = true, Flags = ["lossy", "auto-start", "json"] },
        new("stop", $"stop {Selectors}", "stop; done means done")
            { Flags = ["wait", "wait-timeout", "auto-start", "json"], MinWords = 1 },
        new("restart", $"restart {Selectors}", "stop and start again")
            { Flags = ["update-env", "wait", "wait-timeout", "auto-start", "json"], MinWords = 1 },
        new("reload", $"reload {Selectors}", "new child first, then the old one goes; instance by instance")
        {
            Flags = ["update-env", "wait", "wait-timeout", "auto-start", "json"], MinWords = 1,
            Note = "A new child that does not get ready is removed and the old one stays. "
                + "For a server without a gap: tspm start app.js --listen :8080.\n"
                + "With reload.mode=signal in its config the child gets a signal (SIGHUP) instead. "
                + "What is stopped is started.",
        },
        new("delete", $"delete {Selectors}", "stop and forget (aliases: del, rm)")
            { Aliases = ["del", "rm"], Flags = ["logs", "auto-start", "json"], MinWords = 1 },
        new("start-all", "start-all", "start all that is defined")
            { Flags = ["update-env", "wait", "wait-timeout", "auto-start", "json"], MaxWords = 0 },
        new("stop-all", "stop-all", "stop everything")
            { Flags = ["wait", "wait-timeout", "auto-start", "json"], MaxWords = 0 },
        new("restart-all", "restart-all", "restart everything")
            { Flags = ["update-env", "wait", "wait-timeout", "auto-start", "json"], MaxWords = 0 },
        new("list", "list [SELECTOR…]", "what there is and how it is (aliases: ls, ps)")
            { Aliases = ["ls", "ps"], Flags = ["json"] },
        new("describe", $"describe {Selectors}", "all that is known (aliases: show, info)")
            { Aliases = ["show", "info"], Flags = ["show-env", "json"], MinWords = 1 },
        new("env", $"env {Selectors}", "the environment that the next child gets") { Flags = ["json"], MinWords = 1 },
        new("pid", $"pid {Selectors}", "process ids, one per line; exit 1 when one does not run")
            { Flags = ["json"], MinWords = 1 },
        new("logs", "logs [SELECTOR…]", "last lines and, with -f, what follows (alias: log)")
        {
            Aliases = ["log"],
            Flags =
            [
                "follow", "lines", "since", "until", "grep", "context", "run", "out", "err", "timestamps", "raw",
                "events", "json",
            ],
            Note = "Several processes are merged by time. Rotated and compressed files are searched too. Examples:\n"
                + "  tspm logs web worker --since 03:10 --until 03:14 · tspm logs -f --grep '(?i)error' -C 3 "
                + "· tspm logs web --run -1",
        },
        new("why", $"why {Selectors}", "show why a process exited, with its last output")
            { Flags = ["exits", "lines", "json"], MinWords = 1 },
        new("events", "events [SELECTOR…]", "show what happened and, with -f, what happens")
        {
            Flags = ["follow", "lines", "kind", "grep", "since", "until", "json"],
            Note = "Every change of state with its cause, and who asked for what. The last 50 unless told otherwise. "
                + "Example:\n"
                + "  tspm events web --kind crash,reloadFailed --since 03:00 --until 04:00",
        },
        new("search", "search TEXT", "look in names, commands and namespaces")
            { Flags = ["json"], MinWords = 1, MaxWords = 1 },
        new("set", "set SELECTOR… [KEY=VALUE…] [flags]",
            "change a config (alias: edit); each field takes effect as soon as it can")
        {
            Aliases = ["edit"], TakesConfig = true, Flags = ["auto-start", "json"], MinWords = 1,
            Note = "KEY is a config field, nested ones with dots: tspm set web restart.delayMs=500 env.PORT=8080. "
                + "An empty VALUE removes it.",
        },
        new("scale", "scale NAME N | +N | -N | max", "how many instances; the others are left alone")
            { Flags = ["wait", "wait-timeout", "auto-start", "json"], MinWords = 2, MaxWords = 2 },
        new("rename", "rename OLD NEW", "give a process another name")
            { Flags = ["auto-start", "json"], MinWords = 2, MaxWords = 2 },
        new("reset", $"reset {Selectors}", "clear restart counts and failures")
            { Flags = ["auto-start", "json"], MinWords = 1 },
        new("flush", $"flush {Selectors}", "empty the log files") { Flags = ["auto-start", "json"], MinWords = 1 },
        new("reopen", "reopen [SELECTOR…]", "open the log files anew, after logrotate has moved them")
            { Flags = ["auto-start", "json"] },
        new("signal", $"signal SIGNAL {Selectors}", "send a signal (HUP, SIGHUP or 1)")
            { Flags = ["auto-start", "json"], MinWords = 2 },
        new("send", "send SELECTOR LINE", "write a line to its standard input (needs --stdin pipe)")
            { Flags = ["auto-start", "json"], MinWords = 2, MaxWords = 2 },
        new("apply", "apply FILE", "make the daemon match a config file: create, change, with --prune delete")
        {
            Flags = ["prune", "force", "update-env", "wait", "wait-timeout", "auto-start", "json"],
            MinWords = 1, MaxWords = 1,
            Note = "Only what a change touches is restarted; log settings, restart policy and the like "
                + "restart nothing. "
                + "'tspm plan FILE' shows it before. All or nothing.\n"
                + "Processes of another project (a file's \"project\", else its folder) are not touched, "
                + "unless --force takes them over.",
        },
        new("plan", "plan FILE", "what 'apply' would do, without doing it")
            { Flags = ["prune", "force", "update-env", "json"], MinWords = 1, MaxWords = 1 },
        new("validate", "validate FILE", "is a config file right? Needs no daemon") { MinWords = 1, MaxWords = 1 },
        new("schema", "schema", "the JSON Schema of a config file") { MaxWords = 0 },
        new("import", "import pm2 | supervisord | procfile [FILE]",
            "print another manager's processes as a config file")
        {
            Flags =
                ["env-file", "out-file", "start", "force", "lossy", "update-env", "wait", "wait-timeout", "auto-start"],
            MinWords = 1, MaxWords = 2,
            Note = "What has no counterpart is listed, exit 1 unless --lossy. "
                + "--env: of a Procfile its .env, of an ecosystem file the environment (env_NAME).\n"
                + "Without FILE: ~/.pm2/dump.pm2 or ecosystem.config.*, supervisord's usual places, Procfile.",
        },
        new("export", "export config [SELECTOR…]",
            "print what is defined as a config file; to apply that changes nothing")
            { MinWords = 1 },
        new("migrate", "migrate", "take over the process list of an older tspm")
        {
            Flags = ["from", "take-over", "auto-start"], MaxWords = 0,
            Note = "The first start of a daemon does it by itself. The old file is left as it is. "
                + "MIGRATION.md has the whole way.",
        },
        new("daemon", "daemon [start | stop | restart | upgrade [BINARY]]",
            "run the daemon in the foreground, or start, stop, restart, upgrade it")
        {
            MaxWords = 2,
            Note = "upgrade: BINARY, or what lies now where the daemon's executable lay, takes over. "
                + "The processes run on, with the same pids.\n"
                + "In the foreground (a container): --apply FILE starts a config file's processes, "
                + "--logs prints their output here too,\n"
                + "--exit-when errored|all-stopped ends the daemon by itself; "
                + "--take-over replaces a daemon that runs, and keeps its processes.",
        },
        new("enable", "enable [--system | --user NAME] [flags]", "the boot service: the daemon starts with the machine")
        {
            Flags = ["user", "socket", "print", "force"], MaxWords = 0,
            Note = "A service of your own, which lives without a session; --system: of the machine; "
                + "--user NAME: of another account (both for root).\n"
                + "A daemon that runs already is handed over, and nothing is restarted.",
        },
        new("disable", "disable [--system | --user NAME] [flags]", "stop and remove the boot service")
            { Flags = ["user", "keep-running", "force"], MaxWords = 0 },
        new("status", "status", "how the daemon is") { Flags = ["json"], MaxWords = 0 },
        new("metrics", "metrics", "what is counted and measured, as text for Prometheus and its like")
        {
            Flags = ["format", "json"], MaxWords = 0,
            Note = "For the textfile collector of node_exporter: "
                + "tspm metrics --format prometheus > tspm.prom.new && mv tspm.prom.new DIR/tspm.prom",
        },
        new("ping", "ping", "does the daemon answer?") { Flags = ["json"], MaxWords = 0 },
        new("version", "version", "version of this program and of the daemon") { Flags = ["json"], MaxWords = 0 },
        new("help", "help [VERB]", "this help, or a verb's") { Audience = VerbAudience.Habit, MaxWords = 1 },
        new("save", "save", "a PM2 habit") { Audience = VerbAudience.Habit },
        new("resurrect", "resurrect", "a PM2 habit") { Audience = VerbAudience.Habit },
        new("startup", "startup", "a PM2 habit") { Audience = VerbAudience.Habit },
        new("unstartup", "unstartup", "a PM2 habit") { Audience = VerbAudience.Habit },
        new("kill", "kill", "a PM2 habit") { Audience = VerbAudience.Habit },
        new("list", "list --json", "PM2's name of 'list --json'")
            { Aliases = [ListAsJson], Audience = VerbAudience.Habit, Flags = ["json"] },
        new("dial-stdio", "dial-stdio",
            "standard input and output are the control socket: what 'tspm -H' calls through ssh")
            { Audience = VerbAudience.Programs, Flags = ["greet", "launch"], MaxWords = 0 },
    ];

    /// <summary>Those of the help.</summary>
    public static IReadOnlyList<Verb> Listed => [.. All.Where(static verb => verb.Audience == VerbAudience.Everyone)];

    /// <summary>Everything that may be typed and is answered; for suggestions, the likelier ones first.</summary>
    public static string[] Known =>
    [
        .. Listed.Select(static verb => verb.Name), .. Listed.SelectMany(static verb => verb.Aliases),
        .. All.Where(static verb => verb.Audience == VerbAudience.Habit)
            .Select(static verb => verb.Aliases is [var alias] ? alias : verb.Name),
    ];

    /// <summary>The verb for what was typed, aliases included; null when there is none.</summary>
    public static Verb? Find(string typed) => All.FirstOrDefault(verb => verb.Is(typed));

    /// <summary>Verbs of the contract that this version does not have.</summary>
    public static bool IsLater(string typed) => typed is "monit" or "top" or "doctor" or "completion";
}
