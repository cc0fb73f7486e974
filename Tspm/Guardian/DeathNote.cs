using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Model.State;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// The count of daemon deaths, and the note about them in <c>run/</c>. A short-lived thread writes the note, because a
/// hanging or full disk must never block the guardian. Nothing depends on the note, so write errors are ignored.
/// </summary>
internal sealed class DeathNote(TspmHome home, DeathTally tally)
{
    const int StackBytes = 256 * 1024;

    readonly Lock _gate = new();
    DeathTally? _next;
    bool _writing;

    /// <summary>The deaths so far.</summary>
    public DeathTally Tally { get; private set; } = tally;

    /// <summary>Counts an unplanned death.</summary>
    /// <param name="consecutive">Number of consecutive failures, including this one.</param>
    public void Add(int pid, int waitStatus, int consecutive)
    {
        Tally = Tally.WithDeath(pid, waitStatus, consecutive);
        Renew();
    }

    /// <summary>The event log now contains the first <paramref name="count"/> deaths.</summary>
    public void Told(int count) => Tally = Tally with { Told = Math.Max(Tally.Told, count) };

    /// <summary>Writes the note; without deaths, removes the note of an earlier guardian.</summary>
    public void Renew()
    {
        if (Tally.Count > 0) Write(Tally);
        else Remove();
    }

    /// <summary>Schedules a write; only the newest of several pending tallies is written.</summary>
    void Write(DeathTally tally)
    {
        lock (_gate)
        {
            _next = tally;
            if (_writing) return;
            _writing = true;
        }
        try
        {
            new Thread(Run, StackBytes) { IsBackground = true, Name = "note" }.Start();
        }
        catch (OutOfMemoryException)
        {
            // No thread could be created; the next death tries again.
            lock (_gate) _writing = false;
        }
    }

    /// <summary>Removes the note, which concerns only daemons of a living guardian.</summary>
    public void Remove() => _ = Unistd.unlink(home.DaemonDeathsFile);

    void Run()
    {
        while (Take() is { } tally)
        {
            var pid = Unistd.getpid();
            _ = ProcFiles.TryReadStat(pid, out var stat);
            DaemonDeathsFile.Write(home, new DaemonDeathsNote
            {
                GuardianPid = pid,
                GuardianStartTicks = stat.StartTicks,
                Deaths = tally.ForStatus(),
            });
        }
    }

    DeathTally? Take()
    {
        lock (_gate)
        {
            var taken = _next;
            _next = null;
            _writing = taken is not null;
            return taken;
        }
    }
}
