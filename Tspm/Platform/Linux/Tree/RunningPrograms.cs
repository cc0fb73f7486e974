using Tspm.Platform.Linux.Events;

namespace Tspm.Platform.Linux.Tree;

/// <summary>A living process of this user, as shown in /proc.</summary>
internal sealed class RunningProgram(int pid, int parentPid, long startTicks, string[] arguments)
{
    public int Pid => pid;

    public int ParentPid => parentPid;

    public long StartTicks => startTicks;

    public string[] Arguments => arguments;

    /// <summary>The working directory, with links resolved; null if not visible, or the process has ended.</summary>
    public string? Folder => Tspm.Libc.Stdlib.realpath($"/proc/{Pid}/cwd");

    public bool IsAlive => ProcFiles.TryReadStat(Pid, out var now) && now.IsLiving && now.StartTicks == StartTicks;

    /// <summary>Sends a signal, unless the process has ended.</summary>
    public void Signal(int signal)
    {
        if (IsAlive) _ = Tspm.Libc.SysSignal.kill(Pid, signal);
    }

    /// <summary>Waits until the process has ended, but not longer than this.</summary>
    public void WaitForEnd(TimeSpan atMost)
    {
        using var descriptor = Descriptors.Pidfd(Pid);
        if (!descriptor.IsOpen) return;
        // Checked after opening, because the pid might belong to another process by then.
        if (IsAlive) _ = DescriptorWait.UntilReadable(descriptor.Number, (int)Math.Max(0, atMost.TotalMilliseconds));
    }
}

/// <summary>
/// Lists all processes of this user, including those that Tspm did not start. This takes tens of milliseconds on a busy
/// machine, so it is only for rare questions.
/// </summary>
internal static class RunningPrograms
{
    /// <summary>Returns all processes except this one, kernel threads and zombies.</summary>
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
