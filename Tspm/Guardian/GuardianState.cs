using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>What the guardian is doing. Each state carries only what has a meaning in it.</summary>
/// <param name="Facts">What holds in every state.</param>
internal abstract record GuardianState(GuardianFacts Facts)
{
    /// <summary>
    /// When <see cref="GuardianEvent.Due"/> is to come, on the monotonic clock; null: nothing is awaited.
    /// </summary>
    public virtual TimeSpan? Due => null;

    /// <summary>There is no daemon; the next one is started when the delay is over.</summary>
    public sealed record NoDaemon(GuardianFacts Facts, TimeSpan Until) : GuardianState(Facts)
    {
        public override TimeSpan? Due => Until;
    }

    /// <summary>A daemon lives.</summary>
    public abstract record WithDaemon(GuardianFacts Facts, DaemonRun Run) : GuardianState(Facts)
    {
        public override TimeSpan? Due => Run.KillAt;
    }

    /// <summary>The daemon has not answered yet.</summary>
    public sealed record Starting(GuardianFacts Facts, DaemonRun Run) : WithDaemon(Facts, Run);

    /// <summary>The daemon answers.</summary>
    public sealed record Serving(GuardianFacts Facts, DaemonRun Run) : WithDaemon(Facts, Run);

    /// <summary>The daemon is ending on purpose; the guardian ends with it.</summary>
    public sealed record Leaving(GuardianFacts Facts, DaemonRun Run) : WithDaemon(Facts, Run);

    /// <summary>The daemon is ending so that the guardian can become another version.</summary>
    /// <param name="Next">A descriptor of the executable to become.</param>
    public sealed record Upgrading(GuardianFacts Facts, DaemonRun Run, Descriptor Next) : WithDaemon(Facts, Run);

    /// <summary>The daemon is ending so that another guardian can take over.</summary>
    /// <param name="Successor">A connection to that guardian.</param>
    public sealed record HandingOver(GuardianFacts Facts, DaemonRun Run, Descriptor Successor) : WithDaemon(Facts, Run);

    /// <summary>The daemon has ended for an upgrade, and execve(2) is under way. Only its failure comes back.</summary>
    public sealed record ReExecuting(GuardianFacts Facts, Descriptor Next) : GuardianState(Facts);

    /// <summary>
    /// The version on probation has failed, and execve(2) of the former one is under way. Only its failure comes back.
    /// </summary>
    /// <param name="Former">A descriptor of the former executable.</param>
    /// <param name="Problem">Why this version failed.</param>
    /// <param name="Until">When the next daemon of this version is started if the former one cannot be
    /// executed.</param>
    public sealed record RollingBack(GuardianFacts Facts, Descriptor Former, string Problem, TimeSpan Until)
        : GuardianState(Facts);

    /// <summary>The daemon has ended for a takeover, and everything is being given to the successor.</summary>
    public sealed record Giving(GuardianFacts Facts, Descriptor Successor) : GuardianState(Facts);

    /// <summary>The guardian ends with this exit code.</summary>
    public sealed record Ended(GuardianFacts Facts, int ExitCode) : GuardianState(Facts);
}

/// <summary>What the guardian remembers from one daemon to the next.</summary>
/// <param name="WasReady">A daemon of this guardian has answered: from then on, a start that fails is tried
/// again.</param>
/// <param name="EndWanted">SIGTERM came: whatever daemon there is, or will be, is to end.</param>
/// <param name="HomeWanted">The home is to be made again as soon as a daemon is ready.</param>
/// <param name="Failures">Daemons that failed in a row: while there are any, the daemon keeps dying.</param>
/// <param name="Probation">Not null while this version has yet to prove itself.</param>
internal sealed record GuardianFacts(
    bool WasReady = false, bool EndWanted = false, bool HomeWanted = false, DaemonFailures Failures = default,
    UpgradeProbation? Probation = null);

/// <summary>One daemon's life as the guardian sees it. Times are on the monotonic clock.</summary>
/// <param name="StartedAt">When it was started.</param>
/// <param name="IsReady">It has said that it answers: it has all state in memory.</param>
/// <param name="KillAt">When it is killed if it has not answered, or not ended, by then; null: never, or it has been
/// killed already.</param>
internal sealed record DaemonRun(TimeSpan StartedAt, bool IsReady = false, TimeSpan? KillAt = null);
