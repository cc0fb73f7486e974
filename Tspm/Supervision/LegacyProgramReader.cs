using Tspm.Platform.Linux.Tree;

namespace Tspm.Supervision;

/// <summary>Looks for programs that an older Tspm runs, and tells when one has ended.</summary>
internal sealed class LegacyProgramReader(MachineServices services)
{
    /// <summary>All programs of this machine, as they are now.</summary>
    public static IReadOnlyList<RunningProgram> ReadAll() => RunningPrograms.Read();

    /// <summary>Calls back on the supervisor's thread when it has ended; not at all, when it has already.</summary>
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
