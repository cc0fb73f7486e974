using Tspm.Model.State;

namespace Tspm.Supervision.Process;

/// <summary>An instance as seen by its <see cref="Replacement"/>.</summary>
internal interface IReplacementHost : IChildHost
{
    RunTrees Trees { get; }

    /// <summary>See <see cref="SupervisedProcess.PromoteReplacement"/>.</summary>
    void PromoteReplacement(ChildRun next, Cause cause);

    /// <summary>See <see cref="SupervisedProcess.EndReplacement"/>.</summary>
    void EndReplacement();
}
