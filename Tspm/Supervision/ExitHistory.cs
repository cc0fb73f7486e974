using Tspm.Model;

namespace Tspm.Supervision;

/// <summary>The last ends of an instance's children, newest first: what <c>describe</c> shows, and what outlives the daemon.</summary>
internal sealed class ExitHistory
{
    const int Kept = 20;

    /// <summary>Immutable: replaced at every change.</summary>
    public IReadOnlyList<RecentExit> Newest { get; private set; } = [];

    public void Restore(IReadOnlyList<RecentExit> newest) => Newest = newest;

    /// <summary>Remembers an end. <paramref name="before"/> is the state in which it came: after a stop signal it says why.</summary>
    /// <param name="background">A phrase: it put itself into the background; null: it did not.</param>
    public void Add(Run run, ExitStatus status, LifecycleState before, DateTimeOffset endedAt, string? background = null)
    {
        var exit = new RecentExit
        {
            Pid = run.Child!.Pid,
            StartedAt = run.StartedAt,
            EndedAt = endedAt,
            ExitCode = status.Code,
            Signal = status.Signal is { } signal ? Signals.NameOf(signal) : null,
            Reason = ReasonOf(status, before, background),
        };
        Newest = [exit, .. Newest.Take(Kept - 1)];
    }

    static string ReasonOf(ExitStatus status, LifecycleState before, string? background)
    {
        if (before.Phase == LifecyclePhase.Stopping) return $"{status}: {before.Reason}";
        return background is null ? status.ToString() : $"{status} {background}";
    }

    /// <summary>Adds to the end of this run what had to be killed, and what could not be.</summary>
    public void Amend(Run run)
    {
        if (run.Ending is not { } ending || (ending.Killed.Count == 0 && ending.Untouchable.Count == 0)) return;
        var exits = Newest.ToArray();
        var at = Array.FindIndex(exits, exit => exit.Pid == run.Child?.Pid && exit.StartedAt == run.StartedAt);
        if (at < 0) return;
        exits[at] = exits[at] with
        {
            Killed = ending.Killed.Count > 0 ? [.. ending.Killed] : null,
            Survivors = ending.Untouchable.Count > 0 ? [.. ending.Untouchable] : null,
        };
        Newest = exits;
    }
}
