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
    public void Add(Run run, ExitStatus status, LifecycleState before, DateTimeOffset endedAt)
    {
        var exit = new RecentExit
        {
            Pid = run.Child!.Pid,
            StartedAt = run.StartedAt,
            EndedAt = endedAt,
            ExitCode = status.Code,
            Signal = status.Signal is { } signal ? Signals.NameOf(signal) : null,
            Reason = before.Phase == LifecyclePhase.Stopping ? $"{status}: {before.Reason}" : status.ToString(),
        };
        Newest = [exit, .. Newest.Take(Kept - 1)];
    }
}
