using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>How a reload is going.</summary>
internal interface IReplacementState
{
    ReplacementPhase Phase { get; }

    /// <summary>
    /// The second child: the new one, and from the change of places the old one. Null: there is none yet.
    /// </summary>
    ChildRun? Run { get; }

    /// <summary>The new child came to nothing, or is not wanted.</summary>
    bool HasFailed { get; }

    /// <summary>Of its preparation only the reading of the envFile is left.</summary>
    bool IsReadingFiles { get; }
}
