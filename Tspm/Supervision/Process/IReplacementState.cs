using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>The progress of a reload.</summary>
internal interface IReplacementState
{
    ReplacementPhase Phase { get; }

    /// <summary>
    /// The second child: the new one, and after its promotion the old one. Null if there is none yet.
    /// </summary>
    ChildRun? Run { get; }

    /// <summary>The new child failed or is no longer wanted.</summary>
    bool HasFailed { get; }

    /// <summary>Only the reading of the envFile is left of the preparation.</summary>
    bool IsReadingFiles { get; }
}
