using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>The state of the guardian. Each state has only the data that is meaningful in it.</summary>
/// <param name="Facts">The data that is meaningful in every state.</param>
internal abstract record GuardianState(GuardianFacts Facts)
{
    /// <summary>
    /// When <see cref="GuardianEvent.Due"/> must happen, on the monotonic clock; null: never.
    /// </summary>
    public virtual TimeSpan? Due => null;

    /// <summary>There is no daemon; the next one is started at <paramref name="Until"/>.</summary>
    public sealed record NoDaemon(GuardianFacts Facts, TimeSpan Until) : GuardianState(Facts)
    {
        public override TimeSpan? Due => Until;
    }

    /// <summary>A daemon is running.</summary>
    public abstract record WithDaemon(GuardianFacts Facts, DaemonRun Run) : GuardianState(Facts)
    {
        public override TimeSpan? Due => Run.KillAt;
    }

    /// <summary>The daemon has not answered yet.</summary>
    public sealed record Starting(GuardianFacts Facts, DaemonRun Run) : WithDaemon(Facts, Run);

    /// <summary>The daemon answers clients.</summary>
    public sealed record Serving(GuardianFacts Facts, DaemonRun Run) : WithDaemon(Facts, Run);

    /// <summary>The daemon is ending on request; the guardian ends with it.</summary>
    public sealed record Leaving(GuardianFacts Facts, DaemonRun Run) : WithDaemon(Facts, Run);

    /// <summary>The daemon is ending so that the guardian can execute another version.</summary>
    /// <param name="Next">A descriptor of that version's executable.</param>
    public sealed record Upgrading(GuardianFacts Facts, DaemonRun Run, Descriptor Next) : WithDaemon(Facts, Run);

    /// <summary>The daemon is ending so that another guardian can take over.</summary>
    /// <param name="Successor">A connection to that guardian.</param>
    public sealed record HandingOver(GuardianFacts Facts, DaemonRun Run, Descriptor Successor) : WithDaemon(Facts, Run);

    /// <summary>
    /// The daemon has ended for an upgrade, and execve(2) is in progress. It returns only on failure.
    /// </summary>
    public sealed record ReExecuting(GuardianFacts Facts, Descriptor Next) : GuardianState(Facts);

    /// <summary>
    /// The version on probation has failed, and execve(2) of the previous one is in progress. It returns only on
    /// failure.
    /// </summary>
    /// <param name="Former">A descriptor of the previous version's executable.</param>
    /// <param name="Problem">Why this version failed.</param>
    /// <param name="Until">When the next daemon of this version is started if the previous version cannot be
    /// executed.</param>
    public sealed record RollingBack(GuardianFacts Facts, Descriptor Former, string Problem, TimeSpan Until)
        : GuardianState(Facts);

    /// <summary>The daemon has ended for a takeover, and everything is being given to the successor.</summary>
    public sealed record Giving(GuardianFacts Facts, Descriptor Successor) : GuardianState(Facts);

    /// <summary>The guardian ends with this exit code.</summary>
    public sealed record Ended(GuardianFacts Facts, int ExitCode) : GuardianState(Facts);
}

/// <summary>What the guardian remembers from one daemon to the next.</summary>
/// <param name="WasReady">Whether a daemon of this guardian has been ready: from then on, a failed start is
/// retried.</param>
/// <param name="EndWanted">Whether SIGTERM came: the present daemon and all later ones must end.</param>
/// <param name="HomeWanted">Whether the home must be recreated as soon as a daemon is ready.</param>
/// <param name="Failures">Consecutive failures of daemons; they decide the delay before the next start.</param>
/// <param name="Probation">The probation of this version; null if it is not on probation.</param>
internal sealed record GuardianFacts(
    bool WasReady = false, bool EndWanted = false, bool HomeWanted = false, DaemonFailures Failures = default,
    UpgradeProbation? Probation = null);

/// <summary>One run of the daemon, as the guardian sees it. Times are on the monotonic clock.</summary>
/// <param name="StartedAt">When it was started.</param>
/// <param name="IsReady">Whether it has reported that it answers clients, with all state in memory.</param>
/// <param name="KillAt">When it is killed unless it has answered, or ended, by then; null: never, or it has already
/// been killed.</param>
internal sealed record DaemonRun(TimeSpan StartedAt, bool IsReady = false, TimeSpan? KillAt = null);
