using Tspm.Platform.Linux.Tree;

namespace Tspm.Supervision;

/// <summary>Finds programs that an older Tspm runs, and reports when one of them ends.</summary>
internal sealed class LegacyProgramReader(MachineServices services)
{
    /// <summary>All programs that currently run on this machine.</summary>
    public static IReadOnlyList<RunningProgram> ReadAll() => RunningPrograms.Read();

    /// <summary>Calls back on the supervisor's thread when the program ends; never, if it has already ended.</summary>
    public void WhenEnded(RunningProgram program, Action ended)
    {
        if (services.System.Adopt(program.Pid, program.StartTicks) is not { } watched) return;
        watched.OnExit(() => services.Post(() =>
        {
            watched.Dispose();
            ended();
        }));
    }
}
