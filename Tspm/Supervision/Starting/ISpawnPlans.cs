using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Starting;

/// <summary>How to start programs that run as the child of an instance does: user, folder, environment.</summary>
internal interface ISpawnPlans
{
    /// <summary>A command that is to run as the child of a run does, beside it.</summary>
    (SpawnRequest? Request, SpawnFailure? Failure) PlanOf(ChildRun run, string command);

    /// <summary>A hook that is to run as the child does; no child is needed for it.</summary>
    (SpawnRequest? Request, SpawnFailure? Failure) PlanOfHook(string name, string command, string? input);

    /// <summary>What a child of the present definition would be started with; reads <c>envFile</c>.</summary>
    Func<IReadOnlyDictionary<string, string>?> EnvironmentNow();
}
