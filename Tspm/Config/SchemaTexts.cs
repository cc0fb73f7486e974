namespace Tspm.Config;

/// <summary>What an editor shows beside a field.</summary>
internal static class SchemaTexts
{
    /// <summary>A field a line, its path first.</summary>
    static ReadOnlySpan<byte> All => """
        id the number of an existing process; ignored in a file
        name 1 to 64 bytes, unique; made from the command when missing
        legacyId what an older tspm called it; a migration sets it
        namespace a group of processes, for selectors; "default"
        projectDir working directory; relative to this file; its folder when missing
        command with args: one program. Without: a command line, run by /bin/sh only when it uses the shell
        args arguments, taken literally
        env environment variables, over envFile and the shell's
        envFile a dotenv file, read at every start
        interpreter a program put before the command, or "none"
        instances how many children, or "max": one per core; 1
        user run as this user; root only
        group run as this group; root only
        umask octal, such as "027"
        nice priority
        oomScoreAdjust the kernel's preference when memory runs out
        limits resource limits (setrlimit); sizes in bytes, cpu in seconds
        memoryLimitBytes of the whole tree; over it: restart
        monitorIntervalMs how often limits are looked at; 5000
        logBufferSize lines that 'logs' shows by default
        autorestart old name: false is restart.policy "never"
        watch restart when files change
        watchPaths files, folders or patterns; the working directory when empty
        watchIgnore patterns of what does not count
        watchDelayMs how long files must have been left alone; 300
        schedule restarted, or run as a job, at certain times
        schedule.cron five fields, or six with seconds in front
        schedule.timeZone such as "Europe/Berlin"; the daemon's own
        schedule.action restart (default), or start: a job
        schedule.overlap of a job whose last run is not over: skip (default), queue, kill
        restart what happens when it ends by itself
        restart.policy always (default), on-failure, never
        restart.delayMs the n-th failure in a row waits n times this; 1000
        restart.maxDelayMs but no longer than this; 10000
        restart.maxConsecutive failures in a row until it is given up; 10
        restart.minUptimeMs a run this long clears the failures; 10000
        restart.stopExitCodes exit codes after which it stays stopped
        stop how it is stopped
        stop.signal "SIGTERM"
        stop.timeoutMs then the whole tree is killed; 10000
        stop.killTree false: what the child left behind is left alone
        ready online when this succeeds; without it as soon as it runs
        health asked again and again; bad answers in a row restart it
        startTimeoutMs how long it may take to be ready; 60000
        stdin "null", or "pipe": lines come by 'tspm send'
        dependsOn what has to be there before it is started
        dependsOn.condition ready (default), started, completed
        listen addresses that are listened on for it and passed on: HOST:PORT, :PORT, unix:/PATH
        reload what 'reload' does
        reload.mode replace (default): a new child first; signal: it gets a signal
        reload.signal "SIGHUP"
        log how its output is kept
        log.maxSizeBytes a log this large is rotated; 10 MiB; 0: never
        log.maxAgeMs a log this old is rotated; 0: never
        log.keep rotated logs that are kept; 10
        log.compress rotated logs are compressed
        log.onFull when the disk is full: block (default) or drop
        log.pipe large: 1 MiB of room for programs that print much and exit at once
        outFile where standard output goes
        errFile where standard error goes
        mergeLogs standard error goes where standard output goes
        hooks commands at turning points
        hooks.preStart before each start, which fails when it does
        hooks.postStop when the child and all it left behind are gone
        hooks.onCrash told when it ended with a failure
        hooks.onErrored told when it was given up
        hooks.onOnline told when it is online
        hooks.timeoutMs for each of them; 30000
        enabled false: not started by 'all' nor with the daemon
        """u8;

    /// <summary>Empty: the name says it all.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> path)
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
