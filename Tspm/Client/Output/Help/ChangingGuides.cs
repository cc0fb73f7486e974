namespace Tspm.Client.Output.Help;

/// <summary>
/// The guides to the verbs that change processes and their configs, in the form that <see cref="VerbGuide"/> reads.
/// </summary>
internal static class ChangingGuides
{
    public static ReadOnlySpan<byte> Text => """
        # set
        KEY is a field of the config, with dots for nested fields. Fields that are not given keep their values. KEY= with an empty VALUE removes the field. Flags can set fields as well, but not remove them: -e adds or replaces one variable, and -e NAME= removes it; a flag for a list replaces the whole list.

        Some changes take effect at once, others at the next start; the answer says which.
        $ tspm set web restart.delayMs=500 env.PORT=8080  # two fields
        $ tspm set web command="node server2.js"  # another command, from the next start on
        $ tspm set web watch=false  # turn a switch off
        $ tspm set 'web-*' --memory 512MB  # a flag, for several processes
        > describe scale apply docs/config.md

        # scale
        New instances are started, unless the process is stopped. When there are too many, those with the highest numbers are removed.
        $ tspm scale web 4  # exactly four instances
        $ tspm scale worker +2  # two more
        $ tspm scale web max  # one per core
        > reload list docs/reload.md

        # rename
        The process keeps its id and keeps running. Its log files get the new name.
        $ tspm rename web shop  # NEW must not be in use
        $ tspm rename 0 shop  # OLD may be an id
        $ tspm rename web shop --json  # the answer as JSON
        > set list

        # reset
        Sets the counts of restarts and of failures in a row to zero.
        $ tspm reset web  # one process
        $ tspm reset all  # all of them
        $ tspm reset 'web-*'  # a pattern
        > list why

        # flush
        What the log files contain is lost. A program that is running continues to write to the emptied file.
        $ tspm flush web  # the logs of one process
        $ tspm flush all  # the logs of all processes
        $ tspm flush web && tspm restart web && tspm logs web  # a fresh start
        > logs reopen delete docs/logs.md

        # reopen
        For logrotate. Without a SELECTOR, all log files are reopened.
        $ tspm reopen  # all logs
        $ tspm reopen web  # the logs of one process
        $ tspm --system reopen --no-auto-start  # in a postrotate script, for the system-wide daemon
        > logs flush docs/logs.md#with-logrotate

        # signal
        SIGNAL is a name or a number. Only the main program gets it; for a command that runs through a shell, its process group does.
        $ tspm signal HUP web  # re-read the config, for a program that does this
        $ tspm signal -USR1 'web-*'  # as in kill(1)
        $ tspm signal 10 web:0  # by number, to the first instance
        > send stop reload

        # send
        The process must have been defined with --stdin pipe. A newline is added to LINE.
        $ tspm send minecraft "say hello"  # one line
        $ tspm send repl:0 'console.log(1)'  # to the first instance
        $ tspm send minecraft stop  # a command of the program
        > signal logs

        # apply
        New processes are started, except jobs and those with "enabled": false. Stopped ones stay stopped; 'tspm start FILE' also starts those. A process is restarted only if its changes need it; changes to log settings or the restart policy, for example, do not. If any entry is invalid, nothing is changed.

        A file belongs to a project: its field "project", or else the name of its folder. Processes of other projects are left alone. If one of them has a name that the file uses, nothing is changed, unless --force takes it over. --prune deletes the processes of the same project that are not in the file.
        $ tspm plan tspm.json  # first see what would change
        $ tspm apply tspm.json  # then change it
        $ tspm apply tspm.json --prune  # also delete what is no longer in the file
        > plan start validate docs/config.md#projects

        # plan
        Prints what 'tspm apply' with the same flags would do, and changes nothing. It also works without a daemon.
        $ tspm plan tspm.json  # what would change?
        $ tspm plan tspm.json --prune  # and what would be deleted?
        $ tspm plan tspm.json --json  # for scripts
        > apply validate docs/config.md

        # validate
        Names each mistake with its line. Works without a daemon.
        $ tspm validate tspm.json  # JSON, with comments
        $ tspm validate tspm.toml  # TOML
        $ tspm validate tspm.json && tspm apply tspm.json  # in a deployment
        > plan schema docs/config.md

        # schema
        An editor that knows the schema completes fields and marks mistakes.
        $ tspm schema > tspm.schema.json  # save it, and refer to it in tspm.json: "$schema": "./tspm.schema.json"
        $ tspm schema | less  # read it
        $ tspm schema | grep '"description"'  # all descriptions of fields
        > validate docs/config.md

        # import
        Nothing is started or changed, unless --start is given. Settings without a counterpart are listed, and the exit code is then 1 unless --lossy is given.

        Without FILE, Tspm reads ecosystem.config.* in this folder or else ~/.pm2/dump.pm2, the usual files of supervisord, or ./Procfile.

        For an ecosystem file, --env NAME chooses a profile: --env production for env_production. For a Procfile, --env FILE is its .env file (default: the one next to it).
        $ tspm import pm2 ecosystem.config.js -o tspm.json  # convert, and write a file
        $ tspm import pm2 ecosystem.config.js --env production --start  # convert, and start the processes
        $ tspm import supervisord /etc/supervisor/supervisord.conf  # with its includes; print the result
        $ tspm import procfile --start  # ./Procfile, with ./.env if there is one
        > start export migrate MIGRATION.md

        # export
        Prints a config that 'tspm start' accepts. It also works without a daemon. A file with the processes of several projects can be applied only with --force. To avoid that, export one project at a time: list its processes, or name its config file.
        $ tspm export config > tspm.json  # all processes
        $ tspm export config shop.json > new.json  # those that this file defines
        $ tspm export config 'shop-*' | ssh prod 'cat > tspm.json'  # for another machine
        > import apply docs/config.md

        # migrate
        A daemon does this automatically when it starts for the first time. The old file is not changed. MIGRATION.md has all steps.
        $ tspm migrate  # import the list, and start what should be up
        $ tspm migrate --take-over  # also take over the programs that the old version still runs
        $ tspm migrate --from other.json  # the list of another machine
        > import list MIGRATION.md
        """u8;
}
