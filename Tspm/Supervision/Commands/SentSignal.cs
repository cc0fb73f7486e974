using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>The result of sending a signal to one instance.</summary>
internal sealed class SentSignal(ProcessView before, bool isSent)
{
    /// <summary>The instance before the signal was sent.</summary>
    public ProcessView Before => before;

    /// <summary>False if the instance has no child.</summary>
    public bool IsSent => isSent;
}
