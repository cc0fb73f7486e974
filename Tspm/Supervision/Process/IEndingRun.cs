using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Process;

/// <summary>A run as its <see cref="ChildEnding"/> sees it.</summary>
internal interface IEndingRun
{
    /// <summary>Null if it has no child.</summary>
    IChild? Child { get; }

    /// <summary>See <see cref="ChildRun.UsesShell"/>.</summary>
    bool UsesShell { get; }

    /// <summary>See <see cref="ChildRun.ExtendedUntil"/>.</summary>
    TimeSpan ExtendedUntil { get; }

    /// <summary>The process's current definition.</summary>
    ProcessDefinition Definition { get; }

    /// <summary>See <see cref="RunTrees.MarkOf"/>.</summary>
    TreeMark? TreeMark { get; }

    /// <summary>See <see cref="RunTrees.MayFinish"/>.</summary>
    bool MayFinish { get; }

    /// <summary>See <see cref="ChildRun.Signal"/>.</summary>
    bool Signal(int signal);

    /// <summary>Saves the progress.</summary>
    void Save();

    /// <summary>Leftovers had to be killed.</summary>
    void OnKilled(IReadOnlyList<KilledProcess> leftovers, int signal);

    /// <summary>The child has not ended in time; answer with <see cref="ChildEnding.Kill"/>.</summary>
    void OnStopTimedOut();

    /// <summary>Called once, when no leftover process lives any more.</summary>
    void OnTreeGone();
}
