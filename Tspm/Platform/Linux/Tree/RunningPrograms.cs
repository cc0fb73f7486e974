using Tspm.Platform.Linux.Events;

namespace Tspm.Platform.Linux.Tree;

/// <summary>One living process of this user, as /proc shows it.</summary>
internal sealed class RunningProgram(int pid, int parentPid, long startTicks, string[] arguments)
{
    public int Pid => pid;

    public int ParentPid => parentPid;

    public long StartTicks => startTicks;

    public string[] Arguments => arguments;

    /// <summary>Where it runs, without links; null: that cannot be seen, or it has ended.</summary>
    public string? Folder => Tspm.Libc.Stdlib.realpath($"/proc/{Pid}/cwd");

    public bool IsAlive => ProcFiles.TryReadStat(Pid, out var now) && now.IsLiving && now.StartTicks == StartTicks;

    /// <summary>Sends a signal, unless it has ended.</summary>
    public void Signal(int signal)
    {
        if (IsAlive) _ = Tspm.Libc.SysSignal.kill(Pid, signal);
    }

    /// <summary>Waits until it has ended, and not longer than that.</summary>
    public void WaitForEnd(TimeSpan atMost)
    {
        using var descriptor = Descriptors.Pidfd(Pid);
        if (!descriptor.IsOpen) return;
        // Opened, then asked: the descriptor is that of the process which is meant, or the number is somebody else's.
        if (IsAlive) _ = DescriptorWait.UntilReadable(descriptor.Number, (int)Math.Max(0, atMost.TotalMilliseconds));
    }
}

/// <summary>
/// All that runs for this user at one moment: programs that somebody else may have started. Tens of milliseconds on a
/// full machine, so only for rare questions.
/// </summary>
internal static class RunningPrograms
{
    /// <summary>Without kernel threads and the dead.</summary>
    public static List<RunningProgram> Read()
    {
        var (pids, found) = (new List<int>(), new List<RunningProgram>());
        ProcFiles.ReadAllPids(pids);
        var files = new ProcFiles();
        var user = CurrentSystem.UserId;
        foreach (var pid in pids)
            if (pid != Environment.ProcessId && IsOf(user, pid) && ProcFiles.TryReadStat(pid, out var stat)
                && stat.IsLiving && files.ReadArguments(pid) is { Length: > 0 } arguments)
                found.Add(new RunningProgram(pid, stat.ParentPid, stat.StartTicks, arguments));
        return found;
    }

    static bool IsOf(uint user, int pid) =>
        Tspm.Libc.SysStat.stat($"/proc/{pid}", out var status) == 0 && status.Uid == user;
}
