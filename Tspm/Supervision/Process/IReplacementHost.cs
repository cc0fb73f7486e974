using Tspm.Model.State;

namespace Tspm.Supervision.Process;

/// <summary>An instance as its <see cref="Replacement"/> sees it.</summary>
internal interface IReplacementHost : IChildHost
{
    RunTrees Trees { get; }

    /// <summary>See <see cref="SupervisedProcess.TakeOver"/>.</summary>
    void TakeOver(ChildRun next, Cause cause);

    /// <summary>See <see cref="SupervisedProcess.EndReplacement"/>.</summary>
    void EndReplacement();
}
