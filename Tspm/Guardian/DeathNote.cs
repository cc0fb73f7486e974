using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Model.State;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// The count of daemon deaths, and the note about them in <c>run/</c>. A thread of its own writes the note and ends
/// again: a disk that hangs or is full must never hold up the guardian, and a note that cannot be written is no loss
/// that anybody acts on.
/// </summary>
internal sealed class DeathNote(TspmHome home, DeathTally tally)
{
    const int StackBytes = 256 * 1024;

    readonly Lock _gate = new();
    DeathTally? _next;
    bool _writing;

    /// <summary>The deaths so far.</summary>
    public DeathTally Tally { get; private set; } = tally;

    /// <summary>A daemon died unplanned.</summary>
    /// <param name="consecutive">How many have failed in a row, this one included.</param>
    public void Add(int pid, int waitStatus, int consecutive)
    {
        Tally = Tally.WithDeath(pid, waitStatus, consecutive);
        Renew();
    }

    /// <summary>The events of so many deaths are written.</summary>
    public void Told(int count) => Tally = Tally with { Told = Math.Max(Tally.Told, count) };

    /// <summary>Writes what is known, or removes what an earlier guardian wrote.</summary>
    public void Renew()
    {
        if (Tally.Count > 0) Write(Tally);
        else Remove();
    }

    /// <summary>Writes this soon; of several only the newest.</summary>
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
            // No thread could be made: the next death tries again.
            lock (_gate) _writing = false;
        }
    }

    /// <summary>An earlier guardian's note, or this one's at its end, says nothing about anybody who lives.</summary>
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
