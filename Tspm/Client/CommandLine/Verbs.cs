namespace Tspm.Client.CommandLine;

/// <summary>
/// The verbs of this version, in the order of the help. The parser (<see cref="Argv"/>), the suggestions and the help
/// (<see cref="Output.HelpText"/>) all use this table. A new verb needs one row here and a command with its name.
/// </summary>
internal static class Verbs
{
    const string Selectors = "SELECTOR…";

    /// <summary>PM2's verb for <c>list --json</c>.</summary>
    public const string ListAsJson = "jlist";

    /// <summary>All verbs, including those that the help does not list.</summary>
    public static readonly IReadOnlyList<Verb> All =
    [
        new("start", "start [SELECTOR… | FILE | COMMAND] [flags] [-- ARGS]",
            "start a defined process, the processes of a config file, or a new command")
        {
            TakesConfig = true, TakesProgram = true,
            Flags =
            [
                "update-env", "wait", "wait-timeout", "settle", "force", "attach", "only", "lossy", "auto-start",
                "json",
            ],
            Note = "The arguments are tried as selectors first, then as a config file (Tspm's or PM2's), then as a "
                + "command. With no argument, the words after -- are the command.\n"
                + "Examples: tspm start \"node server.js\" --name web · tspm start app.py -i 2 "
                + "· tspm start --name fast -- ./run --fast\n"
                + "A backup every night: tspm add ./backup.sh --job --cron '0 3 * * *'. "
                + "'all', patterns and namespaces do not start jobs.",
        },
        new("add", "add (COMMAND | FILE) [flags] [-- ARGS]", "define a process without starting it")
            { TakesConfig = true, TakesProgram = true, Flags = ["lossy", "auto-start", "json"] },
        new("stop", $"stop {Selectors}", "stop processes and wait until they are gone")
            { Flags = ["wait", "wait-timeout", "auto-start", "json"], MinWords = 1 },
        new("restart", $"restart {Selectors}", "stop processes and start them again; stopped ones are started")
            { Flags = ["update-env", "wait", "wait-timeout", "settle", "auto-start", "json"], MinWords = 1 },
        new("reload", $"reload {Selectors}", "replace instances one by one: start the new one, then stop the old one")
        {
            Flags = ["update-env", "wait", "wait-timeout", "settle", "auto-start", "json"], MinWords = 1,
            Note = "If the new instance does not become ready, it is removed and the old one keeps running. "
                + "To avoid downtime, the server must use the socket that 'start --listen' passes as descriptor 3 "
                + "(LISTEN_FDS).\n"
                + "With reload.mode=signal in its config, the process only gets a signal "
                + "(reload.signal, default SIGHUP). "
                + "Stopped processes are started.",
        },
        new("delete", $"delete {Selectors}", "stop processes and remove their definitions (aliases: del, rm)")
            { Aliases = ["del", "rm"], Flags = ["logs", "auto-start", "json"], MinWords = 1 },
        new("start-all", "start-all", "start all enabled processes, except jobs")
            { Flags = ["update-env", "wait", "wait-timeout", "settle", "auto-start", "json"], MaxWords = 0 },
        new("stop-all", "stop-all", "stop all processes")
        {
            Flags = ["wait", "wait-timeout", "auto-start", "json"], MaxWords = 0,
            Note = "Scheduled jobs still run at their next time; to prevent that: tspm set NAME enabled=false.",
        },
        new("restart-all", "restart-all", "restart all enabled processes, except jobs; stopped ones are started")
            { Flags = ["update-env", "wait", "wait-timeout", "settle", "auto-start", "json"], MaxWords = 0 },
        new("list", "list [SELECTOR…]", "list processes and their state (aliases: ls, ps)")
        {
            Aliases = ["ls", "ps"], Flags = ["sort", "state", "columns", "wide", "quiet", "follow", "json"],
            Note = "On a terminal that is too narrow, columns are left out and names are cut; no line wraps. "
                + "In a pipe, columns are separated by tabs.\n"
                + "Examples: tspm list --sort mem · tspm list --state errored,waiting -q "
                + "· tspm list -f 'web-*' · tspm list --columns name,pid,ports",
        },
        new("monit", "monit [SELECTOR…]", "show processes, logs and exits live on the terminal (aliases: top, ui)")
        {
            Aliases = ["top", "ui"], Flags = ["sort", "tab", "read-only", "interval", "once"],
            Note = "Leaving it with q ends no process. ? shows all keys. Each action shows the command that it runs.",
        },
        new("describe", $"describe {Selectors}", "show everything about a process (aliases: show, info)")
            { Aliases = ["show", "info"], Flags = ["show-env", "json"], MinWords = 1 },
        new("env", $"env {Selectors}", "print the environment that a process gets at its next start")
            { Flags = ["json"], MinWords = 1 },
        new("pid", $"pid {Selectors}", "print process ids, one per line; exit 1 if a process is not running")
            { Flags = ["json"], MinWords = 1 },
        new("logs", "logs [SELECTOR… | FILE]", "show the last lines and, with -f, follow new ones (alias: log)")
        {
            Aliases = ["log"],
            Flags =
            [
                "follow", "lines", "since", "until", "grep", "invert", "context", "highlight", "run", "out", "err",
                "timestamps", "prefix", "raw", "events", "json",
            ],
            Note = "Lines of several processes are merged by time. Rotated and compressed files are included. "
                + "A config file stands for the processes that it defines. On a terminal, '!' marks standard error. "
                + "Examples:\n"
                + "  tspm logs web worker --since 03:10 --until 03:14 · tspm logs -f --grep '(?i)error' -C 3 "
                + "· tspm logs web --run -1",
        },
        new("why", $"why {Selectors}", "show why a process exited, with its last output")
            { Flags = ["exits", "lines", "json"], MinWords = 1 },
        new("events", "events [SELECTOR…]", "show recent events and, with -f, follow new ones")
        {
            Flags = ["follow", "lines", "kind", "grep", "since", "until", "json"],
            Note = "An event is a change of state with its cause, or a request and who made it. Example:\n"
                + "  tspm events web --kind crash,reloadFailed --since 03:00 --until 04:00",
        },
        new("search", "search TEXT", "search names, commands and namespaces")
            { Flags = ["json"], MinWords = 1, MaxWords = 1 },
        new("set", "set SELECTOR… [KEY=VALUE…] [flags]",
            "change the config of processes (alias: edit)")
        {
            Aliases = ["edit"], TakesConfig = true, Flags = ["auto-start", "json"], MinWords = 1,
            Note = "KEY is a config field, with dots for nested fields: "
                + "tspm set web restart.delayMs=500 env.PORT=8080. An empty VALUE removes the field. "
                + "Fields that are not given keep their values; "
                + "a flag for a list replaces the whole list. To turn a switch off: tspm set web watch=false.\n"
                + "Some changes take effect at once, others at the next start; the answer says which.",
        },
        new("scale", "scale NAME (N | +N | -N | max)", "set the number of instances; those that stay are not restarted")
            { Flags = ["wait", "wait-timeout", "auto-start", "json"], MinWords = 2, MaxWords = 2 },
        new("rename", "rename OLD NEW", "rename a process")
            { Flags = ["auto-start", "json"], MinWords = 2, MaxWords = 2 },
        new("reset", $"reset {Selectors}", "reset the restart and failure counts")
            { Flags = ["auto-start", "json"], MinWords = 1 },
        new("flush", $"flush {Selectors}", "empty the log files and delete the rotated ones")
            { Flags = ["auto-start", "json"], MinWords = 1 },
        new("reopen", "reopen [SELECTOR…]", "reopen the log files, after logrotate has moved them")
            { Flags = ["auto-start", "json"] },
        new("signal", $"signal SIGNAL {Selectors}",
            "send a signal to processes: a name or a number, such as HUP, SIGHUP or 1")
            { Flags = ["auto-start", "json"], MinWords = 2 },
        new("send", "send SELECTOR LINE", "write a line to the standard input of a process defined with --stdin pipe")
            { Flags = ["auto-start", "json"], MinWords = 2, MaxWords = 2 },
        new("apply", "apply FILE", "create and change processes to match a config file; with --prune, also delete")
        {
            Flags = ["prune", "force", "update-env", "wait", "wait-timeout", "auto-start", "json"],
            MinWords = 1, MaxWords = 1,
            Note = "New processes are started, except jobs and disabled ones; stopped ones stay stopped "
                + "('tspm start FILE' also starts those). "
                + "A process is restarted only if its changes need it; changes to log settings or the restart policy, "
                + "for example, do not. To see the changes first: tspm plan FILE. "
                + "If any entry is invalid, nothing is changed.\n"
                + "A project is all processes applied under one project name: the field \"project\", "
                + "or else the folder of the file.\nIf another project has a process of the same name, nothing is "
                + "changed, unless --force takes it over.",
        },
        new("plan", "plan FILE", "show what 'apply' would do, without doing it")
            { Flags = ["prune", "force", "update-env", "json"], MinWords = 1, MaxWords = 1 },
        new("validate", "validate FILE", "check a config file (works without a daemon)") { MinWords = 1, MaxWords = 1 },
        new("schema", "schema", "print the JSON Schema of config files") { MaxWords = 0 },
        new("import", "import (pm2 | supervisord | procfile) [FILE]",
            "convert another manager's processes to a config file, and print it")
        {
            Flags =
                ["env-file", "out-file", "start", "force", "lossy", "update-env", "wait", "wait-timeout", "auto-start"],
            MinWords = 1, MaxWords = 2,
            Note = "Settings without a counterpart are listed, and the exit code is 1 unless --lossy is given. "
                + "For a Procfile, --env FILE or --env-file FILE is its .env file (default: the one next to it); for "
                + "an ecosystem file, --env NAME is the profile, such as production for env_production.\n"
                + "Without FILE: ecosystem.config.* or ~/.pm2/dump.pm2, the usual files of supervisord, or Procfile.",
        },
        new("export", "export config [SELECTOR…]",
            "print the defined processes as a config file (one project at a time, if there are several)")
            { MinWords = 1 },
        new("migrate", "migrate", "import the process list of an older tspm")
        {
            Flags = ["from", "take-over", "auto-start"], MaxWords = 0,
            Note = "A daemon does this automatically when it starts for the first time. The old file is not changed. "
                + "All steps are in MIGRATION.md.",
        },
        new("daemon", "daemon [start | stop | restart | upgrade [BINARY] | FLAGS]",
            "run the daemon in the foreground, or start, stop, restart or upgrade it")
        {
            MaxWords = 2,
            Note = "stop: stops all processes, then the daemon; the next daemon starts them again. "
                + "restart: stops everything, then starts it again, so all processes get new pids.\n"
                + "upgrade: hands over to BINARY, or to the file that is now at the path of the daemon's executable. "
                + "All processes keep running, with the same pids.\n"
                + "Only in the foreground (in a container): --apply FILE starts the processes of a config file, "
                + "--logs also prints their output here,\n"
                + "--exit-when errored ends the daemon when a process is errored, --exit-when all-stopped "
                + "when all have stopped, and\n--take-over replaces a running daemon, whose processes keep running.",
        },
        new("enable", "enable [--system | --user NAME] [flags]",
            "install the service that starts the daemon at boot")
        {
            Flags = ["user", "socket", "print", "force"], MaxWords = 0,
            Note = "The service is for your user and also runs while you are not logged in. As root, --system installs "
                + "one for the whole machine,\nand --user NAME one for another account. "
                + "A daemon that is already running becomes the service; nothing is restarted.",
        },
        new("disable", "disable [--system | --user NAME] [flags]",
            "remove the boot service, and stop the daemon and its processes")
            { Flags = ["user", "keep-running", "force"], MaxWords = 0 },
        new("status", "status", "show the status of the daemon") { Flags = ["json"], MaxWords = 0 },
        new("metrics", "metrics", "print metrics for Prometheus and compatible tools")
        {
            Flags = ["format", "json"], MaxWords = 0,
            Note = "For the textfile collector of node_exporter: "
                + "tspm metrics --format prometheus > tspm.prom.new && mv tspm.prom.new DIR/tspm.prom",
        },
        new("ping", "ping", "check that the daemon answers") { Flags = ["json"], MaxWords = 0 },
        new("version", "version", "print the versions of this program and of the daemon")
            { Flags = ["json"], MaxWords = 0 },
        new("completion", "completion (bash | zsh | fish | powershell)",
            "print a script that completes commands on Tab")
        {
            MinWords = 1, MaxWords = 1,
            Note = "The first lines of the script say how to install it. To try it in this shell:\n"
                + "  bash: source <(tspm completion bash) · zsh: source <(tspm completion zsh) "
                + "· fish: tspm completion fish | source\n"
                + "  PowerShell: tspm completion powershell | Out-String | Invoke-Expression",
        },
        new("help", "help [VERB]", "print this help, or the help of a verb")
            { Audience = VerbAudience.Habit, MaxWords = 1 },
        new("save", "save", "accepted for users of PM2") { Audience = VerbAudience.Habit },
        new("resurrect", "resurrect", "accepted for users of PM2") { Audience = VerbAudience.Habit },
        new("startup", "startup", "accepted for users of PM2") { Audience = VerbAudience.Habit },
        new("unstartup", "unstartup", "accepted for users of PM2") { Audience = VerbAudience.Habit },
        new("kill", "kill", "accepted for users of PM2") { Audience = VerbAudience.Habit },
        new("list", "list --json", "PM2's name for 'list --json'")
            { Aliases = [ListAsJson], Audience = VerbAudience.Habit, Flags = ["json"] },
        new("dial-stdio", "dial-stdio",
            "connect standard input and output to the control socket; 'tspm -H' runs this through ssh")
            { Audience = VerbAudience.Programs, Flags = ["greet", "launch"], MaxWords = 0 },
    ];

    /// <summary>The verbs that help lists.</summary>
    public static IReadOnlyList<Verb> Listed => [.. All.Where(static verb => verb.Audience == VerbAudience.Everyone)];

    /// <summary>All verbs that may be suggested, the likelier ones first.</summary>
    public static string[] Known =>
    [
        .. Listed.Select(static verb => verb.Name), .. Listed.SelectMany(static verb => verb.Aliases),
        .. All.Where(static verb => verb.Audience == VerbAudience.Habit)
            .Select(static verb => verb.Aliases is [var alias] ? alias : verb.Name),
    ];

    /// <summary>Finds a verb by its name or by an alias.</summary>
    /// <returns>Null if there is no such verb.</returns>
    public static Verb? Find(string typed) => All.FirstOrDefault(verb => verb.Is(typed));

    /// <summary>Whether a later version will have this verb.</summary>
    public static bool IsLater(string typed) => typed is "doctor";
}
