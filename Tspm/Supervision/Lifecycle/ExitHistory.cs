using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Lifecycle;

/// <summary>
/// The most recent exits of an instance's children, newest first. <c>describe</c> shows them, and they survive the
/// daemon.
/// </summary>
internal sealed class ExitHistory
{
    const int Kept = 20;

    /// <summary>Immutable: replaced on every change.</summary>
    public IReadOnlyList<RecentExit> Newest { get; private set; } = [];

    /// <summary>Restores the exits that an earlier daemon recorded.</summary>
    public void Restore(IReadOnlyList<RecentExit> newest) =>
        Newest = [.. newest.Select(static exit => exit.Completed())];

    /// <summary>Records an exit.</summary>
    /// <param name="run">The child's run.</param>
    /// <param name="status">How the child ended.</param>
    /// <param name="cause">Why it ended.</param>
    /// <param name="wasAsked">
    /// Whether it had been asked to end: then the cause says why, and the status says how.
    /// </param>
    /// <param name="endedAt">When it ended.</param>
    public void Add(ChildRun run, ExitStatus status, Cause cause, bool wasAsked, DateTimeOffset endedAt)
    {
        var why = CauseText.What(cause);
        var exit = new RecentExit
        {
            Pid = run.Child!.Pid,
            StartedAt = run.StartedAt,
            EndedAt = endedAt,
            ExitCode = status.Code,
            Signal = status.Signal is { } signal ? Signals.NameOf(signal) : null,
            Cause = cause.Code,
            ByUid = cause.By?.Uid,
            ByPid = cause.By?.Pid,
            Reason = wasAsked ? $"{status}: {why}" : why,
        };
        Newest = [exit, .. Newest.Take(Kept - 1)];
    }

    /// <summary>Adds to the exit of this run which processes had to be killed, and which could not be.</summary>
    public void Amend(ChildRun run)
    {
        if (run.Ending is not { } ending || (ending.Killed.Count == 0 && ending.Untouchable.Count == 0)) return;
        var startedAt = run.StartedAt;
        _ = Replace(exit => exit.Pid == run.Child?.Pid && exit.StartedAt == startedAt, exit => exit with
        {
            Killed = ending.Killed.Count > 0 ? [.. ending.Killed] : null,
            Survivors = ending.Untouchable.Count > 0 ? [.. ending.Untouchable] : null,
        });
    }

    /// <summary>Adds to the exit of this child that the kernel killed it for lack of memory.</summary>
    /// <returns>False if the exit is no longer recorded.</returns>
    public bool WasOutOfMemory(int pid) => Replace(exit => exit.Pid == pid, static exit => exit with
    {
        Cause = CauseCode.OutOfMemory,
        Reason = $"{exit.Reason}: out of memory",
    });

    bool Replace(Predicate<RecentExit> isWanted, Func<RecentExit, RecentExit> change)
    {
        var exits = Newest.ToArray();
        var at = Array.FindIndex(exits, isWanted);
        if (at < 0) return false;
        exits[at] = change(exits[at]);
        Newest = exits;
        return true;
    }
}
