using Tspm.Config.Legacy;
using Tspm.Model;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Native;

namespace Tspm.Client;

/// <summary>Ends what an older Tspm runs: its manager first, which would start it again, then the program with all below it; SIGTERM, and after the stop timeout SIGKILL.</summary>
internal static class FormerEnd
{
    /// <summary>As the default of <c>stop.timeoutMs</c>.</summary>
    static readonly TimeSpan Patience = StopPolicy.Default.Timeout;

    /// <summary>Killed: the kernel is quick, a full disk below it may not be.</summary>
    static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(5);

    public static void Stop(ClientSession session, FormerProgram former)
    {
        session.Err.WriteLine($"stopping {(former.Manager is { } manager ? $"the older tspm (pid {Output.Display.Number(manager.Pid)}) and " : "")}pid {Output.Display.Number(former.Program.Pid)} …");
        session.Err.Flush();
        var tree = Tree(former.Program);
        if (former.Manager is { } keeper) End([keeper]);
        // Its manager may have ended it properly meanwhile.
        End(tree);
    }

    static void End(List<RunningProgram> programs)
    {
        foreach (var program in programs)
            if (program.IsAlive) _ = SysSignal.kill(program.Pid, Signals.SIGTERM);
        if (AreGone(programs, Patience)) return;
        foreach (var program in programs)
            if (program.IsAlive) _ = SysSignal.kill(program.Pid, Signals.SIGKILL);
        if (!AreGone(programs, AfterKill)) throw new DaemonException(Protocol.ErrorCode.Failed, $"pid {Output.Display.Number(programs[0].Pid)} cannot be ended, not even by SIGKILL");
    }

    static bool AreGone(List<RunningProgram> programs, TimeSpan patience)
    {
        var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        foreach (var program in programs)
        {
            using var descriptor = Descriptors.Pidfd(program.Pid);
            if (!descriptor.IsOpen) continue;
            // Opened, then asked: the descriptor is that of the process which is meant, or the number is somebody else's by now.
            if (program.IsAlive) _ = DaemonSocket.WaitReadable(descriptor.Number, (int)Math.Max(0, until - Environment.TickCount64));
        }
        return !programs.Exists(static program => program.IsAlive);
    }

    static List<RunningProgram> Tree(RunningProgram root)
    {
        List<RunningProgram> tree = [root];
        var all = RunningPrograms.Read();
        for (var i = 0; i < tree.Count; i++)
            foreach (var program in all)
                if (program.ParentPid == tree[i].Pid) tree.Add(program);
        return tree;
    }
}
