using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Process;

/// <summary>
/// Decides which leftover processes get the stop signal next: from the top of each tree down, because the workers of a
/// server keep working until their master tells them to stop. Pure; <see cref="ChildEnding"/> acts on it.
/// </summary>
internal static class LeftoverTurns
{
    /// <param name="left">The living leftovers.</param>
    /// <param name="signalled">Those already signalled, by this daemon or an earlier one.</param>
    /// <param name="group">The process group that was signalled as a whole; null if none was.</param>
    /// <param name="sentTicks">
    /// When the group was signalled: the signal reached the members present at that time.
    /// </param>
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
