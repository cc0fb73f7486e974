using Tspm.Model.Selecting;
using Tspm.Supervision.Facts;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>
/// What others may ask the supervisor: the classes in here, and nothing else. A query is answered after all that was
/// ordered before it, also during a shutdown, and changes no process. For what may be a moment old there are the
/// snapshots of <see cref="SupervisorHandle.Views"/>, which wait for nobody.
/// </summary>
internal abstract class SupervisorQuery
{
    private protected SupervisorQuery()
    {
    }

    /// <summary>Is it still turning?</summary>
    public sealed class Ping : SupervisorQuery<bool>;

    /// <summary>The instances that selectors mean.</summary>
    public sealed class Selected : SupervisorQuery<IReadOnlyList<ProcessView>>
    {
        public required IReadOnlyList<string> Selectors { get; init; }
    }

    /// <summary>
    /// The instances of the processes with these names, in their order; names that are not known are left out.
    /// </summary>
    public sealed class Named : SupervisorQuery<IReadOnlyList<ProcessView>>
    {
        public required IReadOnlyList<string> Names { get; init; }
    }

    /// <summary>How these instances are by now.</summary>
    public sealed class Present : SupervisorQuery<IReadOnlyList<ProcessView>>
    {
        public required IReadOnlyList<PendingChange> Of { get; init; }
    }

    /// <summary>Of what was started, the instances that could not be spawned and will be tried again.</summary>
    public sealed class Retried : SupervisorQuery<IReadOnlyList<ProcessView>>
    {
        public required IReadOnlyList<PendingChange> Among { get; init; }
    }

    /// <summary>The environments that were kept for the instances that selectors mean.</summary>
    public sealed class KeptEnvironments : SupervisorQuery<IReadOnlyList<KeptEnvironment>>
    {
        public required IReadOnlyList<string> Selectors { get; init; }
    }

    /// <summary>
    /// For each instance, what to compare to learn what changed since it last stayed up; null: nothing is known.
    /// </summary>
    public sealed class ChangedFacts : SupervisorQuery<IReadOnlyList<ChangesQuestion?>>
    {
        public required IReadOnlyList<InstanceKey> Of { get; init; }
    }

    /// <summary>Why the log files of a process do not have its name yet; null: they have.</summary>
    public sealed class LogMoveProblem : SupervisorQuery<string?>
    {
        public required int Id { get; init; }
    }

    /// <summary>A task that completes when the files of these instances are watched.</summary>
    public sealed class Watched : SupervisorQuery<Task>
    {
        public required IReadOnlyList<PendingChange> Among { get; init; }
    }

    /// <summary>Begins to watch over what was started; see <see cref="EndDeathWatch"/>.</summary>
    public sealed class BeginDeathWatch : SupervisorQuery<DeathWatch>
    {
        public required IReadOnlyList<PendingChange> Over { get; init; }
    }

    /// <summary>Ends it, and says how the instances are by now.</summary>
    public sealed class EndDeathWatch : SupervisorQuery<IReadOnlyList<ProcessView>>
    {
        public required DeathWatch Watch { get; init; }
    }
}

/// <summary>A query and the kind of its answer.</summary>
internal abstract class SupervisorQuery<TResult> : SupervisorQuery;
