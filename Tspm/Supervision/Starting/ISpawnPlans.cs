using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Starting;

/// <summary>
/// How to start programs that run as the child of an instance does: user, folder, environment. A plan needs the
/// <c>envFile</c>, which is read on another thread. So a plan is told: at once where the config names no such file, and
/// else later, on the supervisor's thread.
/// </summary>
internal interface ISpawnPlans
{
    /// <summary>A command that is to run as the child of a run does, beside it.</summary>
    void PlanCommand(ChildRun run, string command, Action<SpawnRequest?, SpawnFailure?> planned);

    /// <summary>A hook that is to run as the child does; no child is needed for it.</summary>
    void PlanHook(string name, string command, string? input, Action<SpawnRequest?, SpawnFailure?> planned);

    /// <summary>What a child of the present definition would be started with; reads <c>envFile</c>.</summary>
    Func<IReadOnlyDictionary<string, string>?> EnvironmentNow();
}
