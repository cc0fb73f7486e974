using Tspm.Model.Config;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Legacy;

/// <summary>
/// Stops a program that an older Tspm runs. The manager is stopped first, because it would restart the program; then
/// the program with all its descendants. Both get SIGTERM, and SIGKILL after the stop timeout.
/// </summary>
internal static class LegacyStop
{
    /// <summary>The same as the default of <c>stop.timeoutMs</c>.</summary>
    static readonly TimeSpan StopTimeout = StopPolicy.Default.Timeout;

    /// <summary>Time limit after SIGKILL, which takes effect only when a blocked disk operation returns.</summary>
    static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(5);

    /// <summary>Stops the program and its manager; blocks until both have ended.</summary>
    /// <returns>False if something survives even SIGKILL.</returns>
    public static bool Stop(LegacyProgram former)
    {
        var tree = Tree(former.Program);
        if (former.Manager is { } manager && !End([manager])) return false;
        // The manager may already have stopped its programs on the way out.
        return End(tree);
    }

    static bool End(List<RunningProgram> programs)
    {
        foreach (var program in programs) program.Signal(Signals.SIGTERM);
        if (AreGone(programs, StopTimeout)) return true;
        foreach (var program in programs) program.Signal(Signals.SIGKILL);
        return AreGone(programs, AfterKill);
    }

    static bool AreGone(List<RunningProgram> programs, TimeSpan timeout)
    {
        var until = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        foreach (var program in programs)
            program.WaitForEnd(TimeSpan.FromMilliseconds(until - Environment.TickCount64));
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
