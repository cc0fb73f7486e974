using Tspm.Model.Config;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Legacy;

/// <summary>
/// Stops what an older Tspm runs: its manager first, which would start it again, then the program with all below it;
/// SIGTERM, and after the stop timeout SIGKILL.
/// </summary>
internal static class LegacyStop
{
    /// <summary>As the default of <c>stop.timeoutMs</c>.</summary>
    static readonly TimeSpan Patience = StopPolicy.Default.Timeout;

    /// <summary>Killed: the kernel is quick, a full disk below it may not be.</summary>
    static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(5);

    /// <returns>True when all of it has ended; false when something survives even SIGKILL.</returns>
    public static bool Stop(LegacyProgram former)
    {
        var tree = Tree(former.Program);
        if (former.Manager is { } manager && !End([manager])) return false;
        // Its manager may have ended it properly meanwhile.
        return End(tree);
    }

    static bool End(List<RunningProgram> programs)
    {
        foreach (var program in programs) program.Signal(Signals.SIGTERM);
        if (AreGone(programs, Patience)) return true;
        foreach (var program in programs) program.Signal(Signals.SIGKILL);
        return AreGone(programs, AfterKill);
    }

    static bool AreGone(List<RunningProgram> programs, TimeSpan patience)
    {
        var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
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
