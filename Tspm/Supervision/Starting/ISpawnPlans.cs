using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Starting;

/// <summary>
/// Plans programs that run as the child of an instance does: same user, folder and environment. A plan needs the
/// <c>envFile</c>, which is read on another thread. The callback therefore runs at once if the config names no such
/// file, otherwise later on the supervisor's thread.
/// </summary>
internal interface ISpawnPlans
{
    /// <summary>Plans a command that runs next to the child of a run, in the same way.</summary>
    void PlanCommand(ChildRun run, string command, Action<SpawnRequest?, SpawnFailure?> planned);

    /// <summary>Plans a hook that runs as the child does; no child is needed.</summary>
    void PlanHook(string name, string command, string? input, Action<SpawnRequest?, SpawnFailure?> planned);

    /// <summary>
    /// Returns a function that builds the environment of a child started now; it reads <c>envFile</c>.
    /// </summary>
    Func<IReadOnlyDictionary<string, string>?> EnvironmentNow();
}
