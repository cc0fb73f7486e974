using System.Buffers.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Finds the child of a run whose pid was never saved, because its daemon was killed between spawn and save: it is the
/// process that has the run's FIFO open. Searches every descriptor of every process (man 5 proc, /proc/PID/fd), which
/// takes tens of milliseconds, so it is for recovery only.
/// </summary>
internal sealed unsafe class FifoHolders(ProcFiles files)
{
    readonly List<int> _descriptors = [];

    /// <summary>
    /// Returns the living holder. If there are several (a shell and its children), the leader of a session comes first,
    /// then the process that started first. Null if there is no holder or no such FIFO.
    /// </summary>
    public (int Pid, long StartTicks)? Find(string path, int guardianPid)
    {
        if (SysStat.stat(path, out var fifo) != 0 || !fifo.IsFifo) return null;
        var pids = new List<int>();
        ProcFiles.ReadAllPids(pids);
        var ownPid = Unistd.getpid();
        ProcStat? best = null;
        foreach (var pid in pids)
        {
            if (pid == ownPid || pid == guardianPid || !Holds(pid, fifo)) continue;
            if (ProcFiles.TryReadStat(pid, out var stat) && stat.IsLiving
                && (best is not { } other || IsBetter(stat, other))) best = stat;
        }
        return best is { } holder ? (holder.Pid, holder.StartTicks) : null;
    }

    static bool IsBetter(in ProcStat one, in ProcStat other)
    {
        var leads = one.Session == one.Pid;
        var otherLeads = other.Session == other.Pid;
        return leads == otherLeads ? one.StartTicks < other.StartTicks : leads;
    }

    /// <summary>Whether a process has this FIFO open for writing.</summary>
    public bool Holds(int pid, string path) => SysStat.stat(path, out var fifo) == 0 && fifo.IsFifo && Holds(pid, fifo);

    bool Holds(int pid, in FileStatus fifo)
    {
        Span<byte> path = stackalloc byte[48];
        ProcFiles.Path(path, pid, "fd"u8);
        _descriptors.Clear();
        if (!Dirent.ReadNumbers(path, _descriptors)) return false; // The process is gone, or another user's.
        foreach (var fd in _descriptors)
        {
            var length = ProcFiles.Path(path, pid, "fd/"u8);
            _ = Utf8Formatter.TryFormat(fd, path[length..], out var digits);
            path[length + digits] = 0;
            StatxBuffer raw;
            int result;
            fixed (byte* name = path) result = SysStat.statx(Fcntl.AT_FDCWD, name, 0, SysStat.STATX_BASIC_STATS, &raw);
            if (result == 0 && new FileStatus(in raw).IsSameFile(fifo) && files.IsOpenForWriting(pid, fd)) return true;
        }
        return false;
    }
}
