using System.Globalization;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Guardian;

/// <summary>
/// <c>daemon --logs</c>: runs a client that follows all logs and copies them to the guardian's standard output, for a
/// collector such as a container's log. The client is a separate process, so that a slow or missing reader blocks
/// neither supervision nor the children, and so that it survives a daemon's death and an upgrade.
/// </summary>
/// <param name="running">Pid of the client that a previous version has started; 0: none.</param>
internal sealed unsafe class LogsOnOutput(int running)
{
    /// <summary>The hidden first word of the client's command line; the start time of the logs follows.</summary>
    public const string Word = "__logs";

    /// <summary>A client that has run for less is not restarted, because it would fail again.</summary>
    const long LivedMs = 1_000;

    /// <summary>How long the client may take to print the last lines after the daemon has ended.</summary>
    const int LastLinesMs = 5_000;

    DateTimeOffset _since = TimeProvider.System.GetUtcNow();
    long _startedAt;

    /// <summary>Pid of the client; 0: none is running.</summary>
    public int Pid { get; private set; } = running;

    /// <summary>Starts the client unless it is running.</summary>
    public void Start()
    {
        if (Pid != 0) return;
        var since = _since.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var started = PosixSpawner.Start(new PosixSpawnRequest
        {
            Path = SelfPath.Value,
            Arguments = ["tspm", Word, since],
            ResetsSignals = true,
        });
        if (started.IsStarted) (Pid, _startedAt) = (started.Pid, Environment.TickCount64);
        else StandardError.WriteLine($"--logs: cannot start following the logs: {started.Reason}");
    }

    /// <summary>The client was reaped: it was killed, or its reader is gone.</summary>
    /// <param name="again">Whether to start it again.</param>
    public void Ended(bool again)
    {
        Pid = 0;
        _since = TimeProvider.System.GetUtcNow();
        if (again && Environment.TickCount64 - _startedAt > LivedMs) Start();
    }

    /// <summary>The daemon has ended on request: waits until the client has printed the last lines.</summary>
    public void Finish()
    {
        if (Pid == 0) return;
        using var pidfd = Descriptors.Pidfd(Pid);
        var wait = new PollFd { fd = pidfd.NumberOrNone, events = SysPoll.POLLIN };
        var ended = pidfd.IsOpen && SysPoll.poll(&wait, 1, LastLinesMs) > 0;
        if (!ended) _ = SysSignal.kill(Pid, Signals.SIGKILL);
    }
}
