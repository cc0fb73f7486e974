using System.Globalization;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Guardian;

/// <summary>
/// <c>daemon --logs</c>: a client of this executable that follows all logs and prints to our standard output, for
/// whoever collects that (a container's log). A process of its own: a reader that is slow, or gone, holds up neither
/// supervision nor the children, and it goes on over a daemon's death and an upgrade.
/// </summary>
/// <param name="running">One that another image of this guardian has started; 0: none.</param>
internal sealed unsafe class LogsOnOutput(int running)
{
    /// <summary>The hidden first word of that client; then the time from which on.</summary>
    public const string Word = "__logs";

    /// <summary>One that ended sooner would do so again.</summary>
    const long LivedMs = 1_000;

    /// <summary>For the last lines, at the end.</summary>
    const int LastLinesMs = 5_000;

    DateTimeOffset _since = TimeProvider.System.GetUtcNow();
    long _startedAt;

    /// <summary>0: none runs.</summary>
    public int Pid { get; private set; } = running;

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
        else StandardError.WriteLine($"--logs: the logs cannot be followed: {started.Reason}");
    }

    /// <summary>It was reaped: somebody has killed it, or its reader is gone.</summary>
    public void Ended(bool again)
    {
        Pid = 0;
        _since = TimeProvider.System.GetUtcNow();
        if (again && Environment.TickCount64 - _startedAt > LivedMs) Start();
    }

    /// <summary>The daemon has ended for good: waits for the last lines.</summary>
    public void Finish()
    {
        if (Pid == 0) return;
        using var pidfd = Descriptors.Pidfd(Pid);
        var wait = new PollFd { fd = pidfd.NumberOrNone, events = SysPoll.POLLIN };
        var ended = pidfd.IsOpen && SysPoll.poll(&wait, 1, LastLinesMs) > 0;
        if (!ended) _ = SysSignal.kill(Pid, Signals.SIGKILL);
    }
}
