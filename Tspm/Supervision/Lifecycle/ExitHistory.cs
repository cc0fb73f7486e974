using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Lifecycle;

/// <summary>
/// The last ends of an instance's children, newest first: what <c>describe</c> shows, and what outlives the daemon.
/// </summary>
internal sealed class ExitHistory
{
    const int Kept = 20;

    /// <summary>Immutable: replaced at every change.</summary>
    public IReadOnlyList<RecentExit> Newest { get; private set; } = [];

    /// <summary>What an earlier daemon remembered.</summary>
    public void Restore(IReadOnlyList<RecentExit> newest) =>
        Newest = [.. newest.Select(static exit => exit.Completed())];

    /// <summary>Remembers an end.</summary>
    /// <param name="run">Of its child.</param>
    /// <param name="status">How.</param>
    /// <param name="cause">Why.</param>
    /// <param name="wasAsked">It had been asked to end: the cause says why, not how.</param>
    /// <param name="endedAt">When.</param>
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

    /// <summary>Adds to the end of this run what had to be killed, and what could not be.</summary>
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

    /// <summary>The kernel said why it killed this child. False: its end is not remembered any more.</summary>
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
