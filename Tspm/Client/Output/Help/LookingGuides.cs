namespace Tspm.Client.Output.Help;

/// <summary>The guides to the verbs that only read, in the form that <see cref="VerbGuide"/> reads.</summary>
internal static class LookingGuides
{
    public static ReadOnlySpan<byte> Text => """
        # wait
        All processes must get there. '--log' looks at what the present run has printed, then at new lines. A process that is scheduled may still come; one that nothing will start cannot.
        $ tspm wait web db --timeout 30s  # until both are online
        $ tspm wait web --log 'listening on'  # until it has printed such a line
        $ tspm wait web --port 8080  # until it listens
        $ tspm wait backup --for exited  # until it has ended
        ! 1 = A process cannot get there any more: it is errored, stopped for good, or deleted.
        ! 5 = The time is over.
        > start list events docs/scripting.md#waiting

        # list
        On a terminal that is too narrow, columns are left out and names are cut; no line wraps. In a pipe, columns are separated by tabs, and new ones are only added at the end.
        $ tspm list --sort mem  # the largest first
        $ tspm list --state errored,waiting -q  # only names, for scripts
        $ tspm list -f 'web-*'  # live, until Ctrl-C or q
        $ tspm list --columns name,pid,ports  # these columns only
        ! 130 = Ctrl-C ended -f.
        > monit describe why docs/processes.md#what-list-shows

        # monit
        Quitting with q leaves all processes running. The key ? shows all keys. Each action shows the command that it runs.
        $ tspm monit  # all processes, with the log of the selected one
        $ tspm monit 'web-*' --sort mem  # only some processes
        $ tspm monit --once > frame.txt  # one frame, for a report
        ! 130 = Ctrl-C ended it.
        > list logs why docs/monit.md

        # describe
        Shows the state and its reason, the last lines of output, the ports, the process tree, the last exits and the config. Values that look like secrets are shown as ***.
        $ tspm describe web  # on one screen
        $ tspm describe web --show-env  # with the values of secrets
        $ tspm describe web --json  # all fields as JSON, for scripts
        > list why env docs/processes.md#what-describe-shows

        # env
        All values are printed in full, including secrets. If the next start would fail because of an env file, the reason is printed instead.
        $ tspm env web  # KEY=VALUE, one per line
        $ tspm env web | grep PORT  # one variable
        $ tspm env web --json  # as JSON; the variables are in the field env
        > set describe docs/config.md docs/env-files.md

        # pid
        Prints the process id of each instance.
        $ tspm pid web  # the pid of web
        $ kill -USR1 $(tspm pid web)  # for a program that handles a signal
        $ tspm pid web >/dev/null && echo running  # a test in a script
        > list signal

        # logs
        Lines of several processes are merged by time. Rotated and compressed files are included. On a terminal, a red ! marks standard error.

        Without -f, this also works without a daemon. The logs of deleted processes are files in ~/.tspm/logs.
        $ tspm logs web -f  # the last 15 lines, then new ones until Ctrl-C
        $ tspm logs web worker --since 03:10 --until 03:14  # what happened last night
        $ tspm logs --grep '(?i)error' -C 3  # errors of all processes, with three lines around each
        $ tspm logs web --run -1  # the output of the run before this one
        ! 130 = Ctrl-C ended -f.
        > why events flush docs/logs.md

        # why
        Shows how the last runs ended (exit code or signal, out of memory, memory limit, failed health check, changed file, schedule, or a request and who made it), what has changed since the last run that stayed up, and the last output.
        $ tspm why web  # the last five exits
        $ tspm why web -n 20 --lines 50  # more exits, and more output
        $ tspm why web --json  # all fields as JSON, for scripts
        > events logs describe docs/events.md#why

        # events
        An event is a change of state with its cause, or a request and who made it.
        $ tspm events -f  # what happens now, until Ctrl-C
        $ tspm events web --kind crash,reloadFailed --since 03:00  # crashes and failed reloads since three o'clock
        $ tspm events --grep 'out of memory' -n 10  # the last ten events with this text
        ! 130 = Ctrl-C ended -f.
        > why logs docs/events.md

        # search
        Prints a table of the processes with this text in their name, command or namespace.
        $ tspm search server.js  # which process runs this script?
        $ tspm search billing  # everything to do with billing
        $ tspm search node --json  # all fields as JSON, for scripts
        > list

        # ping
        Never starts a daemon.
        $ tspm ping  # prints pong and the pid of the daemon
        $ tspm ping >/dev/null || tspm daemon start  # in a script
        $ tspm -H ssh://prod ping  # is the daemon of another machine up?
        > status daemon

        # version
        $ tspm version  # this program and the daemon
        $ tspm --version  # the same
        $ tspm version --json  # for scripts
        > status daemon

        # status
        Shows whether the daemon runs, its version, home, memory and boot service, how often it died, and any problems.
        $ tspm status  # is everything in order?
        $ sudo tspm --system status  # the system-wide daemon
        $ tspm status --json  # for scripts
        > list daemon enable docs/survival.md

        # metrics
        Prints OpenMetrics: processes by state, restarts by cause, memory, CPU, bytes of logs, and requests.
        $ tspm metrics  # print them once
        $ tspm metrics --format prometheus > tspm.prom.new && mv tspm.prom.new DIR/tspm.prom  # for the textfile collector of node_exporter
        $ tspm metrics --json  # for scripts
        > list status docs/scripting.md#metrics
        """u8;
}
