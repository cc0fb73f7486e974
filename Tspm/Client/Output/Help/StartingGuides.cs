namespace Tspm.Client.Output.Help;

/// <summary>
/// The guides to the verbs that start and stop processes, in the form that <see cref="VerbGuide"/> reads.
/// </summary>
internal static class StartingGuides
{
    public static ReadOnlySpan<byte> Text => """
        # start
        The arguments are tried as selectors first, then as a config file (Tspm's or PM2's), then as a command. With no argument, the words after -- are the command.

        A command that contains shell syntax, such as | or $HOME, runs through /bin/sh. Without --name, the process is named after its program or script, without the extension.

        Flags that define a process are only for a new command. To change a process that exists, use 'tspm set'.

        "all", patterns and namespaces leave out jobs and processes with "enabled": false. To start one of those, type its name.
        $ tspm start "node server.js" --name web  # run a server, and restart it whenever it exits
        $ tspm start app.py -i 2 --memory 512MB  # two instances; each is restarted above 512 MB
        $ tspm start tspm.json --only web,db  # apply a config file, but only these two processes
        $ tspm start ./migrate.sh --job --attach  # run once, show the output, exit with its exit code
        $ tspm start --name fast -- ./run --fast  # a command whose words need no quotes
        ! 0 = The processes were started, and are ready if they have a readiness probe. Whether one exits right afterwards is checked with --settle (by default only on a terminal). With --attach and a job: the exit code of the job, or 128 + N if signal N killed it.
        ! 1 = A process failed, or is already online (--force restarts it).
        ! 130 = Ctrl-C ended --attach; the processes keep running.
        > run up add restart logs why docs/config.md docs/jobs.md

        # add
        The process is stopped until you start it. A job (--job) needs no start: it runs at the times of its schedule.
        $ tspm add ./backup.sh --job --cron '30 2 * * *'  # run a backup every night at 2:30
        $ tspm add "node server.js" --name web -i 4 --listen :8080  # define four instances that share a port
        $ tspm add tspm.json  # define everything in a config file, and start nothing
        > start set delete docs/config.md docs/jobs.md

        # run
        The program runs under the daemon, with the environment and folder of this shell: it survives the daemon's death, can be limited, and is in 'tspm list'. Its standard output and standard error appear here. Its standard input is empty.

        Everything after COMMAND belongs to the command, so flags of run come before it. Ctrl-C is passed on to the program; a second one kills it. When this command ends or is killed, the process is stopped and deleted, with its logs, unless --keep is given.
        $ tspm run ./migrate.sh --dry-run  # a script with an argument
        $ tspm run --memory 2GB --kill-timeout 1m -- make test  # with limits, exactly these words
        $ tspm run --keep --name import "zcat dump.gz | ./import"  # with shell syntax; it stays defined as a job
        ! 0 = The exit code of the program, or 128 + N if signal N killed it.
        ! 125 = Tspm could not run the program.
        > start logs why docs/jobs.md

        # stop
        The main program gets the stop signal first. When it has ended, its child processes get it. After the time of --kill-timeout (default 10s), everything that is left is killed. A stopped process stays stopped, even after a reboot, until you start it. A scheduled job still runs at its next time; to prevent that: tspm set NAME enabled=false
        $ tspm stop web  # stop one process
        $ tspm stop 'web-*' worker:0  # a pattern, and the first instance of worker
        $ tspm stop all --no-wait  # send the stop signals and return
        > start restart delete docs/processes.md#stopping

        # restart
        Stopped processes are started. "all", patterns and namespaces leave out jobs and processes with "enabled": false.
        $ tspm restart web  # stop web and start it again
        $ tspm restart web --update-env  # also replace its saved environment with that of this shell
        $ tspm restart $(tspm list -q --state errored)  # everything that Tspm has given up on
        > reload start stop why docs/processes.md

        # reload
        If the new instance does not become ready, it is removed and the old one keeps running. Without a readiness probe (--ready), an instance counts as ready after one second. To avoid downtime, a server must use the socket that 'start --listen' passes to it as descriptor 3 (LISTEN_FDS).

        A process with "reload": {"mode": "signal"} in its config only gets a signal (reload.signal, default SIGHUP). Stopped processes are started. Jobs are left alone: their next run uses the current settings. "all", patterns and namespaces also leave out processes with "enabled": false.
        $ tspm reload web  # replace all instances of web, one at a time
        $ tspm reload web --settle 5s  # exit with 1 if the new instance ends within five seconds
        $ tspm reload all --wait-timeout 2m  # wait for two minutes at most
        > restart scale docs/reload.md

        # delete
        Log files are kept unless --logs is given. A process that others depend on cannot be deleted without them. On a terminal, 'delete all' asks first.
        $ tspm delete web  # stop web and forget it
        $ tspm delete web worker --logs  # also remove their log files
        $ tspm rm 'test-*'  # every process with a name that matches
        > stop flush export

        # up
        Does what 'tspm start FILE' does: creates and changes processes to match the file, and starts those that are down, except jobs and those with "enabled": false. FILE may also be a PM2 ecosystem file.
        $ tspm up  # everything in the tspm.json of this folder
        $ tspm up --only web,db  # these two only
        $ tspm up staging.json --attach  # another file; then follow the logs until Ctrl-C
        ! 130 = Ctrl-C ended --attach; the processes keep running.
        > down apply plan start docs/config.md

        # down
        Only processes of the file's project are deleted. Log files are kept unless --logs is given. If nothing is defined, there is nothing to do, and the exit code is 0.
        $ tspm down  # everything in the tspm.json of this folder
        $ tspm down staging.json  # another file
        $ tspm down --logs  # and remove the log files
        > up stop delete docs/config.md#projects

        # start-all
        The same as 'start all': every process starts, except jobs and those with "enabled": false. (The verb 'enable' is something else: it starts the daemon at boot.)
        $ tspm start-all  # start what is down, and wait until it is ready
        $ tspm start-all --no-wait  # the same, without waiting
        $ tspm start-all --update-env  # use the environment of this shell from now on
        > start stop-all restart-all

        # stop-all
        The same as 'stop all'. Scheduled jobs still run at their next time; to prevent that, type: tspm set NAME enabled=false
        $ tspm stop-all  # stop everything, in reverse order of dependencies
        $ tspm stop-all --wait-timeout 30s  # wait for 30 seconds at most
        $ tspm stop-all && tspm daemon stop  # the daemon as well; the next daemon starts only scheduled jobs
        > stop start-all daemon

        # restart-all
        The same as 'restart all': it leaves out jobs and processes with "enabled": false. Stopped processes are started.
        $ tspm restart-all  # stop everything and start it again
        $ tspm restart-all --update-env  # use the environment of this shell from now on
        $ tspm reload all  # the same without a gap, for servers that support it
        > restart reload start-all
        """u8;
}
