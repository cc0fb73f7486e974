using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Process;

/// <summary>A run as its <see cref="ChildEnding"/> sees it.</summary>
internal interface IEndingRun
{
    /// <summary>Null: it has no child.</summary>
    IChild? Child { get; }

    /// <summary>See <see cref="ChildRun.UsesShell"/>.</summary>
    bool UsesShell { get; }

    /// <summary>See <see cref="ChildRun.ExtendedUntil"/>.</summary>
    TimeSpan ExtendedUntil { get; }

    /// <summary>Of the process, as it is now.</summary>
    ProcessDefinition Definition { get; }

    /// <summary>See <see cref="RunTrees.MarkOf"/>.</summary>
    TreeMark? TreeMark { get; }

    /// <summary>See <see cref="RunTrees.MayFinish"/>.</summary>
    bool MayFinish { get; }

    /// <summary>See <see cref="ChildRun.Signal"/>.</summary>
    bool Signal(int signal);

    /// <summary>What has been done so far is to be on record.</summary>
    void Save();

    /// <summary>Leftovers had to be killed.</summary>
    void OnKilled(IReadOnlyList<KilledProcess> leftovers, int signal);

    /// <summary>It has not ended in time; to be answered with <see cref="ChildEnding.Kill"/>.</summary>
    void OnStopTimedOut();

    /// <summary>Called once: nothing that it left behind lives any more.</summary>
    void OnTreeGone();
}
