using Tspm.Model.Config;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Legacy;

/// <summary>A process of the legacy list that is running outside this daemon.</summary>
/// <param name="program">Its outermost program: the shell, if a shell runs the command.</param>
/// <param name="manager">The process of the older Tspm, which would restart the program; null if none was
/// found.</param>
internal sealed class LegacyProgram(RunningProgram program, RunningProgram? manager)
{
    public RunningProgram Program => program;

    public RunningProgram? Manager => manager;

    /// <summary>A clause for messages that says which process runs it.</summary>
    public string Words =>
        Manager is null
            ? $"pid {Program.Pid} runs it already and does not belong to this daemon"
            : $"the older tspm (pid {Manager.Pid}) still runs it as pid {Program.Pid}";

    public bool IsAlive => Program.IsAlive || Manager?.IsAlive == true;
}

/// <summary>
/// Finds the programs that the older Tspm still runs, by command line and working directory, because it left no record
/// of their pids. A program that has rewritten its command line is not recognised.
/// </summary>
internal static class LegacyPrograms
{
    /// <summary>Generations between a program and its manager: there may be a shell and a wrapper in between.</summary>
    const int MaxSteps = 3;

    /// <summary>Finds the running program of a config.</summary>
    /// <param name="config">A complete config.</param>
    /// <param name="running">All programs, see <see cref="RunningPrograms.Read"/>.</param>
    /// <param name="isOurs">Pids that are ignored, with all their descendants; null: none are.</param>
    /// <returns>Null if no other process runs it.</returns>
    public static LegacyProgram? Find(ProcessConfig config,
        IReadOnlyList<RunningProgram> running, Func<int, bool>? isOurs = null)
    {
        string? folder = null;
        RunningProgram? outermost = null;
        foreach (var program in running)
        {
            if (!LegacyCommand.Fits(config, program.Arguments)) continue;
            folder ??= Platform.FileSystem.RealPath(config.ProjectDir ?? "/");
            if (program.Folder != folder || !HasVariables(config, program.Pid)) continue;
            if (isOurs is not null && IsBelow(program, running, isOurs)) continue;
            if (outermost is null || IsOutside(program, outermost)) outermost = program;
        }
        return outermost is null ? null : new LegacyProgram(outermost, ManagerOf(outermost, running));
    }

    /// <summary>A parent is preferred to its child; of unrelated programs, the older one is.</summary>
    static bool IsOutside(RunningProgram program, RunningProgram other) =>
        other.ParentPid == program.Pid
            || (program.ParentPid != other.Pid && program.StartTicks < other.StartTicks);

    /// <summary>
    /// Compares the environment, because two processes of a list may differ in nothing else. An unreadable environment
    /// counts as a match.
    /// </summary>
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
        for (var steps = 0; steps < MaxSteps && ParentOf(program, running) is { } parent; steps++)
        {
            if (LegacyCommand.IsLegacyManager(parent.Arguments)) return parent;
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
