using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Process;

/// <summary>
/// Which of the processes that a child left behind get the stop signal next: from the top of each tree down, because
/// the workers of a server keep working until their master has let them go. Pure; <see cref="ChildEnding"/> acts on it.
/// </summary>
internal static class LeftoverTurns
{
    /// <param name="left">What lives.</param>
    /// <param name="signalled">What had the signal, from us or from an earlier daemon.</param>
    /// <param name="group">The process group to which the signal went as a whole; null: to none.</param>
    /// <param name="sentTicks">When it went there: it reached those that were there.</param>
    public static List<Leftover> Next(
        IReadOnlyList<Leftover> left, IReadOnlyList<SignalledProcess> signalled, int? group, long sentTicks)
    {
        var next = new List<Leftover>();
        foreach (var leftover in left)
        {
            var hadGroupSignal = leftover.Group == group && leftover.StartTicks < sentTicks;
            var hadSignal = signalled.Contains(new SignalledProcess(leftover.Pid, leftover.StartTicks));
            var isBelow = left.Any(other => other.Pid == leftover.ParentPid);
            if (!hadGroupSignal && !hadSignal && !isBelow) next.Add(leftover);
        }
        return next;
    }
}
