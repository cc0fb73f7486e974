using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>What became of a signal to one instance.</summary>
internal sealed class SentSignal(ProcessView before, bool isSent)
{
    /// <summary>As it was before.</summary>
    public ProcessView Before => before;

    /// <summary>False: it has no child.</summary>
    public bool IsSent => isSent;
}
