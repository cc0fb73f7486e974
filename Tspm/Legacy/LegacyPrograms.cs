using Tspm.Model.Config;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Legacy;

/// <summary>A process of the old list that somebody else still runs.</summary>
/// <param name="program">The outermost of it: of a shell and what it runs, the shell.</param>
/// <param name="manager">The older Tspm's own process that would start it again; null: none was found.</param>
internal sealed class LegacyProgram(RunningProgram program, RunningProgram? manager)
{
    public RunningProgram Program => program;

    public RunningProgram? Manager => manager;

    /// <summary>For sentences: who runs it.</summary>
    public string Words =>
        Manager is null
            ? $"pid {Program.Pid} runs it already, and is not this daemon's"
            : $"the older tspm (pid {Manager.Pid}) still runs it as pid {Program.Pid}";

    public bool IsAlive => Program.IsAlive || Manager?.IsAlive == true;
}

/// <summary>
/// Recognises by command line and working directory what the older Tspm still runs: it left no record of its pids. A
/// program that has rewritten its command line is not recognised.
/// </summary>
internal static class LegacyPrograms
{
    /// <summary>Between a program and its manager: a shell, a wrapper.</summary>
    const int MostSteps = 3;

    /// <summary>Null: nobody runs it.</summary>
    /// <param name="config">Complete.</param>
    /// <param name="running">See <see cref="RunningPrograms.Read"/>.</param>
    /// <param name="isOurs">Left out with all below it; null: nothing is.</param>
    public static LegacyProgram? Find(ProcessConfig config,
        IReadOnlyList<RunningProgram> running, Func<int, bool>? isOurs = null)
    {
        string? folder = null;
        RunningProgram? outermost = null;
        foreach (var program in running)
        {
            if (!LegacyCommand.Fits(config, program.Arguments)) continue;
            folder ??= Platform.FileSystem.RealPath(config.ProjectDir ?? "/");
            if (program.Folder != folder || !HasVariables(config, program.Pid)
                || (isOurs is not null && IsBelow(program, running, isOurs))) continue;
            // Of a shell and its program the one that was there first.
            if (outermost is null || outermost.ParentPid == program.Pid
                || (program.ParentPid != outermost.Pid
                    && program.StartTicks < outermost.StartTicks)) outermost = program;
        }
        return outermost is null ? null : new LegacyProgram(outermost, ManagerOf(outermost, running));
    }

    /// <summary>Two processes of one list may differ by nothing else. What cannot be read may be right.</summary>
    static bool HasVariables(ProcessConfig config, int pid)
    {
        if (config.Env is not { Count: > 0 } wanted) return true;
        var present = new ProcFiles().ReadEnvironment(pid);
        if (present.Count == 0) return true;
        foreach (var (name, value) in wanted)
            if (present.TryGetValue(name, out var there) && there != value) return false;
        return true;
    }

    static RunningProgram? ManagerOf(RunningProgram program, IReadOnlyList<RunningProgram> running)
    {
        for (var steps = 0; steps < MostSteps && ParentOf(program, running) is { } parent; steps++)
        {
            if (LegacyCommand.IsOldManager(parent.Arguments)) return parent;
            program = parent;
        }
        return null;
    }

    static bool IsBelow(RunningProgram program, IReadOnlyList<RunningProgram> running, Func<int, bool> isOurs)
    {
        for (RunningProgram? at = program; at is not null; at = ParentOf(at, running))
            if (isOurs(at.Pid)) return true;
        return false;
    }

    static RunningProgram? ParentOf(RunningProgram program, IReadOnlyList<RunningProgram> running)
    {
        foreach (var other in running)
            if (other.Pid == program.ParentPid) return other;
        return null;
    }
}
