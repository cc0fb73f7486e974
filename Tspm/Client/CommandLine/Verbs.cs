namespace Tspm.Client.CommandLine;

/// <summary>
/// The verbs of this version, in the order of the help. The parser (<see cref="Argv"/>), the suggestions and the help
/// (<see cref="Output.Help.HelpText"/>) all use this table. A new verb needs one row here, a command with its name, and
/// a guide for the help (<see cref="Output.Help.VerbGuide"/>).
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
            Heading = "Start and stop",
            TakesConfig = true, TakesProgram = true,
            Flags =
            [
                "update-env", "wait", "wait-timeout", "settle", "force", "attach", "only", "lossy", "auto-start",
                "json",
            ],
        },
        new("add", "add (COMMAND | FILE) [flags] [-- ARGS]", "define a process without starting it")
            { TakesConfig = true, TakesProgram = true, Flags = ["lossy", "auto-start", "json"] },
        new("run", "run [flags] (COMMAND [ARGS] | -- PROGRAM [ARGS])",
            "run a command to its end, with its output here, and exit with its exit code")
        {
            TakesCommand = true, TakesProgram = true,
            Flags =
            [
                "keep", "name", "cwd", "env", "env-file", "interpreter", "interpreter-args", "memory", "stop-signal",
                "kill-timeout", "user", "group", "umask", "nice", "auto-start",
            ],
        },
        new("stop", $"stop {Selectors}", "stop processes and wait until they are gone")
            { Flags = ["wait", "wait-timeout", "auto-start", "json"], MinWords = 1 },
        new("restart", $"restart {Selectors}", "stop processes and start them again; start stopped ones")
            { Flags = ["update-env", "wait", "wait-timeout", "settle", "auto-start", "json"], MinWords = 1 },
        new("reload", $"reload {Selectors}", "replace instances one by one: start the new one, then stop the old one")
            { Flags = ["update-env", "wait", "wait-timeout", "settle", "auto-start", "json"], MinWords = 1 },
        new("delete", $"delete {Selectors}", "stop processes and remove their definitions")
            { Aliases = ["del", "rm"], Flags = ["logs", "auto-start", "json"], MinWords = 1 },
        new("up", "up [FILE]", "start everything that a config file defines, with its current settings")
        {
            Flags =
            [
                "only", "force", "update-env", "wait", "wait-timeout", "settle", "attach", "lossy", "auto-start",
                "json",
            ],
            MaxWords = 1,
        },
        new("down", "down [FILE]", "stop and delete everything that a config file defines")
            { Flags = ["logs", "auto-start", "json"], MaxWords = 1 },
        new("start-all", "start-all", "start all processes, except jobs and disabled ones")
            { Flags = ["update-env", "wait", "wait-timeout", "settle", "auto-start", "json"], MaxWords = 0 },
        new("stop-all", "stop-all", "stop all processes")
            { Flags = ["wait", "wait-timeout", "auto-start", "json"], MaxWords = 0 },
        new("restart-all", "restart-all", "restart all processes, except jobs and disabled ones; start stopped ones")
            { Flags = ["update-env", "wait", "wait-timeout", "settle", "auto-start", "json"], MaxWords = 0 },
        new("wait", $"wait {Selectors}",
            "wait until processes are online or in another state, print a line or open a port")
            { Flags = ["for", "log", "port", "timeout", "json"], MinWords = 1 },
        new("list", "list [SELECTOR…]", "list processes and their state")
        {
            Heading = "See what is going on", Aliases = ["ls", "ps"],
            Flags = ["sort", "state", "columns", "wide", "quiet", "follow", "json"],
        },
        new("monit", "monit [SELECTOR…]", "show processes, logs and exits live on the terminal")
            { Aliases = ["top", "ui"], Flags = ["sort", "tab", "read-only", "interval", "once"] },
        new("describe", $"describe {Selectors}", "show everything about a process")
            { Aliases = ["show", "info"], Flags = ["show-env", "json"], MinWords = 1 },
        new("env", $"env {Selectors}", "print the environment that a process gets at its next start")
            { Flags = ["json"], MinWords = 1 },
        new("pid", $"pid {Selectors}", "print process ids, one per line; exit 1 if a process is not running")
            { Flags = ["json"], MinWords = 1 },
        new("logs", "logs [SELECTOR…]", "show the last lines and, with -f, follow new ones")
        {
            Aliases = ["log"],
            Flags =
            [
                "follow", "lines", "since", "until", "grep", "invert", "context", "highlight", "run", "out", "err",
                "timestamps", "prefix", "raw", "events", "json",
            ],
        },
        new("why", $"why {Selectors}", "show why a process exited, with its last output")
            { Flags = ["exits", "lines", "json"], MinWords = 1 },
        new("events", "events [SELECTOR…]", "show recent events and, with -f, follow new ones")
            { Flags = ["follow", "lines", "kind", "grep", "since", "until", "json"] },
        new("search", "search TEXT", "search names, commands and namespaces")
            { Flags = ["json"], MinWords = 1, MaxWords = 1 },
        new("set", "set SELECTOR… [KEY=VALUE…] [flags]", "change the config of processes")
        {
            Heading = "Change processes", TakesConfig = true, Flags = ["auto-start", "json"], MinWords = 1,
        },
        new("edit", "edit SELECTOR… [KEY=VALUE…] [flags]", "open the config of processes in your editor, and apply it")
            { TakesConfig = true, Flags = ["wait", "wait-timeout", "auto-start", "json"], MinWords = 1 },
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
        new("apply", "apply [FILE]", "create and change processes to match a config file; with --prune, also delete")
        {
            Heading = "Config files",
            Flags = ["prune", "force", "update-env", "wait", "wait-timeout", "auto-start", "json"],
            MaxWords = 1,
        },
        new("plan", "plan [FILE]", "show what 'apply' would do, without doing it")
            { Flags = ["prune", "force", "update-env", "json"], MaxWords = 1 },
        new("validate", "validate [FILE]", "check a config file") { IsLocal = true, MaxWords = 1 },
        new("schema", "schema", "print the JSON Schema of config files") { IsLocal = true, MaxWords = 0 },
        new("import", "import (pm2 | supervisord | procfile) [FILE]",
            "convert another manager's processes to a config file, and print it")
        {
            Flags =
                ["env-file", "out-file", "start", "force", "lossy", "update-env", "wait", "wait-timeout", "auto-start"],
            MinWords = 1, MaxWords = 2,
        },
        new("export", "export config [SELECTOR…]",
            "print the defined processes as a config file")
            { MinWords = 1 },
        new("migrate", "migrate", "import the process list of an older tspm")
            { Flags = ["from", "take-over", "auto-start"], MaxWords = 0 },
        new("daemon", "daemon [start | stop | restart | upgrade [BINARY] | FLAGS]",
            "run the daemon in the foreground, or start, stop, restart or upgrade it")
            { Heading = "The daemon", Flags = ["apply", "logs", "exit-when", "take-over"], MaxWords = 2 },
        new("enable", "enable [--system | --user NAME] [flags]",
            "install the service that starts the daemon at boot")
            { Flags = ["user", "socket", "print", "force"], MaxWords = 0 },
        new("disable", "disable [--system | --user NAME] [flags]",
            "remove the boot service, and stop the daemon and its processes")
            { Flags = ["user", "keep-running", "force"], MaxWords = 0 },
        new("status", "status", "show the status of the daemon") { Flags = ["json"], MaxWords = 0 },
        new("metrics", "metrics", "print metrics for Prometheus and compatible tools")
            { Flags = ["format", "json"], MaxWords = 0 },
        new("ping", "ping", "check that the daemon answers") { Flags = ["json"], MaxWords = 0 },
        new("version", "version", "print the versions of this program and of the daemon")
            { Flags = ["json"], MaxWords = 0 },
        new("help", "help [VERB]", "print the help of all verbs or of one") { IsLocal = true, MaxWords = 1 },
        new("man", "man", "show the manual page, or print it in a pipe") { IsLocal = true, MaxWords = 0 },
        new("completion", "completion (bash | zsh | fish | powershell)",
            "print a script that completes commands on Tab") { IsLocal = true, MinWords = 1, MaxWords = 1 },
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
