using Tspm.Protocol;

namespace Tspm.Tests.Direct;

/// <summary>What people are told at the shell: which process, what happened to it, and what to type next.</summary>
internal static class MessageRows
{
    const string Job = "add 'sleep 100' --name backup --job", Two = Seeds.Web + " -i 2";

    const string NoReload = "'backup' is a job, and there is nothing to reload: its next run uses the current settings";

    /// <summary>They act on whole processes, and one instance of several was typed.</summary>
    static readonly (string Line, Method Method, string Said)[] WithOneInstance =
    [
        ("delete web:0", Methods.Delete, "type: tspm delete web; or, to have fewer: tspm scale web 1"),
        ("set web:1 nice=1", Methods.Set, "type: tspm set web KEY=VALUE"),
        ("rename web:0 'my site'", Methods.Rename, "type: tspm rename web 'my site'"),
        ("scale web:0 3", Methods.Scale, "type: tspm scale web 3"),
        ("scale web:1 +1", Methods.Scale, "type: tspm scale web +1"),
        ("scale web:1 -1", Methods.Scale, "type: tspm scale web -1"),
    ];

    /// <summary>A name that no saved state has is no reason to start a daemon.</summary>
    static readonly string[] OnColdHome =
    [
        "stop nobody", "restart nobody", "reload nobody", "delete nobody", "set nobody nice=1", "scale nobody 2",
        "rename nobody site", "rename 7 site", "reset nobody", "flush nobody", "reopen nobody", "signal HUP nobody",
        "send nobody line",
    ];

    static readonly VerbRow[] OfStart =
    [
        new(Seeds.Web)
        {
            When = "it had settings that are not typed now",
            Given = [Seeds.Down + " -e PORT=1 --health exec:true --restart-delay 5s --namespace old"],
            Out = ["web: online"],
            Err =
            [
                "'web' was defined before; these settings of the earlier one are gone: env.PORT, health, namespace, "
                    + "restart; to change a setting and keep the others: tspm set web KEY=VALUE\n",
            ],
        },
        new(Seeds.Web + " -e PORT=2")
        {
            When = "what is typed replaces what it had",
            Given = [Seeds.Down + " -e PORT=1"],
            Out = ["web: online"],
        },
        new("start 'sleep 300' --name web")
        {
            Given = [Seeds.Down + " -e PORT=1"],
            Out = ["web: online"],
            Err =
            [
                "'web' was defined before, with another command: sleep 100, in /",
                "; these settings of the earlier one are gone: env.PORT;",
            ],
        },
        new("start sleep 100 --name web") { Given = [Seeds.Down], Out = ["web: online"] },
        new(Seeds.Web + " --cwd /tmp")
        {
            Given = [Seeds.Down],
            Out = ["web: online"],
            Err = ["'web' was defined before, with another working directory: /"],
        },
        new(Seeds.Web + " --interpreter /bin/sh")
        {
            Given = [Seeds.Down],
            Out = ["web: online"],
            Err = ["'web' was defined before, with no interpreter\n"],
        },
        new("start 'sleep 300' --name web")
        {
            When = "another command runs",
            Given = [Seeds.Web],
            Asks = Methods.Start,
            Error = ErrorCode.Failed,
            Code = 1,
            Err =
            [
                "'web' is already online (pid 1001) with another command: sleep 100, in /",
                "; to replace it with what you typed, add --force to the command; "
                    + "to restart it as it is: tspm restart web\n",
            ],
            Leaves = "web:0 online",
        },
        new(Seeds.Web + " -e A=1")
        {
            When = "it runs without that",
            Given = [Seeds.Web],
            Code = 1,
            Err = ["'web' is already online (pid 1001) with other settings: env.A; to replace it"],
        },
        new(Seeds.Web)
        {
            When = "the same runs",
            Given = [Seeds.Web],
            Code = 1,
            Err = ["'web' is already online (pid 1001); restart it with: tspm restart web, or use --force\n"],
        },
        new("start 'sleep 300' --name web --no-wait")
        {
            When = "another command is starting",
            Given = ["start 'sleep 100' --name web --ready log:never --no-wait"],
            Out = ["web: starting (pid 1001)"],
            Err = ["'web' already runs with another command: sleep 100, in /", ", add --force to the command\n"],
        },
        new(Seeds.Web + " --watch-paths gone")
        {
            Out = ["web: online"],
            Err = ["warning: 'web': the path /", "/gone does not exist (watchPaths)\n"],
        },
    ];

    static readonly VerbRow[] OfChanges =
    [
        new("delete web:0") { When = "it has one", Given = [Seeds.Web], Out = ["web:0: deleted"], Leaves = "" },
        new("delete web:0 web:1") { Given = [Two], Out = ["web:1: deleted"], Leaves = "" },
        new("reload backup")
        {
            Given = [Job],
            Asks = Methods.Reload,
            Err = [NoReload],
            Json = ["success=true"],
            Leaves = "backup:0 stopped",
        },
        new("reload web backup")
        {
            When = "it runs",
            Given = [Seeds.Web, Job, "start backup"],
            Out = ["web: online (pid 1003)"],
            Err = [NoReload],
            Then = static world => world.View("backup").Pid == 1002,
        },
        new("reload backup")
        {
            When = "by a signal",
            Given = [Job, "set backup reload.mode=signal", "start backup"],
            Out = ["backup: online (pid 1001)"],
            Err = ["sent SIGHUP to pid 1001"],
        },
        new("stop web:0") { Given = [Two], Out = ["web:0: stopped\n"], Leaves = "web:0 stopped, web:1 online" },
        new("stop 0:1") { Given = [Two], Out = ["web:1: stopped\n"] },
        new("flush web:0") { Given = [Two], Out = ["web:0: log files emptied\n"] },
        new("scale web 3")
        {
            When = "it is stopped",
            Given = [Seeds.Down],
            Out = ["web:1: added, stopped\n", "web:2: added, stopped\n"],
        },
        new("scale web +1") { Given = [Seeds.Web], Out = ["web:1: added, online (pid 1002)\n"] },
        new("scale web 1") { Given = [Two], Out = ["web:1: removed\n"], Leaves = "web:0 online" },
        new("scale web 3")
        {
            When = "on a terminal",
            Given = [Seeds.Web],
            OnTerminal = true,
            Out = ["web:1: added, online", "2 added"],
        },
        new("stop web nobody")
        {
            When = "nothing is done",
            Given = [Seeds.Web],
            Code = 3,
            Err = ["nothing was stopped: there is no process, id or namespace 'nobody'"],
        },
        new("start web nobody")
        {
            Given = [Seeds.Down],
            Code = 3,
            Err = ["nothing was started: there is no process, id or namespace 'nobody'"],
        },
        new("set web nobody nice=1") { Given = [Seeds.Web], Code = 3, Err = ["nothing was changed: there is no"] },
        new("set web umask=027")
        {
            When = "another change waits",
            Given = [Seeds.Web, "set web env.A=1"],
            Out = ["web: updated\n"],
            Err =
            [
                "web: umask takes effect at the next start, and so does an earlier change (env.A): tspm restart web\n",
            ],
        },
        new("set web --health exec:true nice=1 umask=027")
        {
            When = "other changes wait",
            Given = [Seeds.Web, "set web env.A=1 env.B=1"],
            Out = ["web: updated\n"],
            Err = ["web: nice, umask take effect at the next start, and so do earlier changes (env.A, env.B): "],
        },
        new("set web restart.delayMs=5")
        {
            When = "another change waits",
            Given = [Seeds.Web, "set web env.A=1"],
            Out = ["web: updated\n"],
            Err = ["web: an earlier change (env.A) takes effect at the next start: tspm restart web\n"],
        },
        new("set web group=nobody-here")
        {
            Given = [Seeds.Down],
            Out = ["web: updated\n"],
            Err = ["warning: 'web': there is no group 'nobody-here'"],
        },
        new("set web group=0") { Given = [Seeds.Down], Out = ["web: updated\n"] },
        new("set web --job") { Given = [Seeds.Down], Out = ["web: updated; it is a job now: it runs "] },
        new("set backup schedule.action=") { Given = [Job], Out = ["backup: updated; it is not a job\n"] },
    ];

    static readonly VerbRow[] OfReading =
    [
        new("events web -n 2")
        {
            When = "one of three repeats another",
            Given = [Seeds.Web],
            Before = static world => world.Exit("web", 7),
            Asks = Methods.Events,
            Out = ["started, pid 1001", "exited with code 7; restarting in 1 s"],
        },
        new("describe backup")
        {
            Given = [Job],
            Out = ["kind\tjob\n", "user\t" + Tspm.Platform.FileSystem.NameOfUser() + " (the daemon's user)\n"],
        },
    ];

    public static readonly VerbRow[] All =
    [
        .. OfStart, .. OfChanges, .. OfReading,
        .. WithOneInstance.Select(static row => new VerbRow(row.Line)
        {
            When = "of two instances",
            Given = [Two],
            Asks = row.Method,
            Error = ErrorCode.InvalidParams,
            Code = 2,
            Err = [row.Line.Split(' ')[0] + " acts on all 2 instances of 'web'; " + row.Said + "\n"],
            Leaves = "web:0 online, web:1 online",
        }),
        .. OnColdHome.Select(static line => new VerbRow(line)
        {
            When = "without a daemon",
            IsCold = true,
            Code = 3,
            Err = ["there is no process"],
        }),
    ];
}
