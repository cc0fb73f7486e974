namespace Tspm.Config;

/// <summary>The descriptions that an editor shows next to a field.</summary>
internal static class SchemaTexts
{
    /// <summary>One field per line, its path first.</summary>
    static ReadOnlySpan<byte> All => """
        id assigned by Tspm; ignored in a config file
        name 1 to 64 bytes, unique (default: derived from the command)
        legacyId the id in the older Tspm; set by a migration
        namespace a group of processes, for selectors (default "default")
        projectDir working directory, relative to the config file (default: its folder)
        command with args: the program; without: a command line, run by /bin/sh only if it uses shell syntax
        args arguments, taken literally
        env environment variables; they override envFile, which overrides the saved environment of the shell
        envFile .env file, re-read at every start
        interpreter program put before the command, such as "python3", or "none" (default)
        instances number of instances, or "max" for one per core (default 1)
        user user to run as; root only
        group group to run as; root only
        umask octal, such as "027"
        nice scheduling priority, from -20 (highest) to 19
        oomScoreAdjust how likely the kernel is to kill the process when memory runs out, from -1000 (never) to 1000
        limits resource limits (setrlimit): sizes in bytes, cpu in seconds, nofile and nproc as counts
        memoryLimitBytes memory limit of the whole process tree; above it, the process is restarted
        monitorIntervalMs how often memory is measured (default 5000)
        logBufferSize number of lines that 'tspm logs' shows without -n (default 15)
        autorestart older form: false means restart.policy "never"
        watch restart when files change
        watchPaths files, folders or patterns to watch (default: the working directory)
        watchIgnore patterns of files that are not watched
        watchDelayMs time without another change before the restart (default 300)
        schedule times at which the process is restarted, or run as a job
        schedule.cron five fields, or six with seconds first
        schedule.timeZone such as "Europe/Berlin" (default: the machine's)
        schedule.action restart (default), or start, which makes the process a job: it ends on its own
        schedule.overlap what to do if the previous run of a job is still running: skip (default), queue or kill
        restart what happens when the process ends on its own
        restart.policy always (default), on-failure, or never (default of a job, which cannot have always)
        restart.delayMs wait after the first failure; after the n-th in a row it is n times as long (default 1000)
        restart.maxDelayMs longest wait (default 10000)
        restart.maxConsecutive failures in a row before Tspm gives up; with policy always, any exit is one (default 10)
        restart.minUptimeMs uptime after which the failure count is cleared (default 10000)
        restart.stopExitCodes exit codes after which the process stays stopped
        stop how the process is stopped
        stop.signal signal used to stop it (default SIGTERM)
        stop.timeoutMs how long to wait before the whole tree is killed (default 10000)
        stop.killTree false: do not kill child processes that outlive it (default true)
        ready check that must pass before the process is online; without one, it is online as soon as it runs
        ready.tcp HOST:PORT that must accept a connection
        ready.http URL that must answer with a 2xx or 3xx status
        ready.log regular expression that a line of its output must match
        ready.exec command that must exit with 0
        ready.notify true: the process sends READY=1 to $NOTIFY_SOCKET (man 3 sd_notify)
        ready.delayMs the process is ready after this time
        health check that is repeated while the process is online; failures in a row restart it
        health.notify true: WATCHDOG=1 must come within intervalMs, or the process is restarted at once
        health.intervalMs time between two checks (default 10000)
        health.timeoutMs time limit of one check (default 5000)
        health.failures failures in a row before a restart (default 3)
        startTimeoutMs how long the process may take to become ready (default 60000)
        stdin "null" (default), or "pipe" to receive lines from 'tspm send'
        dependsOn processes that this one waits for before it is started
        dependsOn.condition ready (default), started or completed
        listen addresses that Tspm listens on for the process, which gets the sockets: HOST:PORT, :PORT, unix:/PATH
        reload how 'tspm reload' works
        reload.mode replace (default): start a new child first; signal: only send reload.signal to the child
        reload.signal signal to send if mode is "signal" (default SIGHUP)
        log how output is kept
        log.maxSizeBytes size at which a log is rotated (default 10MB); 0: never
        log.maxAgeMs age at which a log is rotated; 0: never (default)
        log.keep number of rotated logs to keep (default 10)
        log.compress compress rotated logs (default true)
        log.onFull when the disk is full: block (default: the process waits) or drop (output is lost)
        log.pipe normal (default), or large: a pipe of 1 MB, for programs that print a lot and exit at once
        outFile file for standard output
        errFile file for standard error
        mergeLogs write standard error to the file of standard output
        hooks commands that run at certain points
        hooks.preStart runs before each start; if it fails, the start fails
        hooks.postStop runs when the child and all leftover processes are gone
        hooks.onCrash runs after a crash, or when the process is unhealthy, over its memory limit or not ready in time
        hooks.onErrored runs when Tspm gives up restarting it
        hooks.onOnline runs when the process comes online
        hooks.timeoutMs time limit of each hook (default 30000)
        enabled false: not started by 'all', its schedule or a new daemon, only by name (default true)
        """u8;

    /// <summary>The description of the field with this path; empty if its name says it all.</summary>
    public static ReadOnlySpan<byte> For(ReadOnlySpan<byte> path)
    {
        for (var rest = All; !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n') is >= 0 and var at ? at : rest.Length;
            if (end > path.Length && rest[path.Length] == ' ' && rest.StartsWith(path))
                return rest[(path.Length + 1)..end];
            rest = rest[Math.Min(end + 1, rest.Length)..];
        }
        return default;
    }
}
