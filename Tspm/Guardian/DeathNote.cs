using Tspm.Guardian.Contract;
using Tspm.Model;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Native;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// Keeps the note about daemon deaths in <c>run/</c> up to date. A thread of its own writes it and ends again: a disk that hangs or is full must never hold up the guardian, and a note that
/// cannot be written is no loss that anybody acts on.
/// </summary>
internal sealed class DeathNote(TspmHome home)
{
    const int StackBytes = 256 * 1024;

    readonly Lock _gate = new();
    DeathTally? _next;
    bool _writing;

    /// <summary>Writes this soon; of several only the newest.</summary>
    public void Write(DeathTally tally)
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
            DaemonDeathsFile.Write(home, new DaemonDeathsNote { GuardianPid = pid, GuardianStartTicks = stat.StartTicks, Deaths = tally.ForStatus() });
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
