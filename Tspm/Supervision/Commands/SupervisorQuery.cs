using Tspm.Config.Validation;
using Tspm.Model.Selecting;
using Tspm.Supervision.Facts;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>
/// The queries that other code may put to the supervisor. A query is answered after every order given before it, even
/// during a shutdown, and changes no process. Code that can use slightly older data reads
/// <see cref="SupervisorHandle.Views"/>, which never waits.
/// </summary>
internal abstract class SupervisorQuery
{
    private protected SupervisorQuery()
    {
    }

    /// <summary>Tests whether the supervisor's thread still responds.</summary>
    public sealed class Ping : SupervisorQuery<bool>;

    /// <summary>The instances that selectors match.</summary>
    public sealed class Selected : SupervisorQuery<IReadOnlyList<ProcessView>>
    {
        public required IReadOnlyList<string> Selectors { get; init; }
    }

    /// <summary>
    /// The instances of the processes with these names, in the same order; unknown names are skipped.
    /// </summary>
    public sealed class Named : SupervisorQuery<IReadOnlyList<ProcessView>>
    {
        public required IReadOnlyList<string> Names { get; init; }
    }

    /// <summary>The current views of these instances.</summary>
    public sealed class Present : SupervisorQuery<IReadOnlyList<ProcessView>>
    {
        public required IReadOnlyList<PendingChange> Of { get; init; }
    }

    /// <summary>Those started instances that could not be spawned and will be tried again.</summary>
    public sealed class Retried : SupervisorQuery<IReadOnlyList<ProcessView>>
    {
        public required IReadOnlyList<PendingChange> Among { get; init; }
    }

    /// <summary>The kept environments of the instances that selectors match.</summary>
    public sealed class KeptEnvironments : SupervisorQuery<IReadOnlyList<KeptEnvironment>>
    {
        public required IReadOnlyList<string> Selectors { get; init; }
    }

    /// <summary>
    /// The scripts that the restart of selected instances depends on; none if a selector matches nothing.
    /// </summary>
    public sealed class ScriptsToRestart : SupervisorQuery<IReadOnlySet<NeededScript>>
    {
        public required IReadOnlyList<string> Selectors { get; init; }
    }

    /// <summary>
    /// For each instance, the facts to compare to learn what changed since it last stayed up; null if unknown.
    /// </summary>
    public sealed class ChangedFacts : SupervisorQuery<IReadOnlyList<ChangesQuestion?>>
    {
        public required IReadOnlyList<InstanceKey> Of { get; init; }
    }

    /// <summary>Why the log files of a process do not have its name yet; null if they do.</summary>
    public sealed class LogMoveProblem : SupervisorQuery<string?>
    {
        public required int Id { get; init; }
    }

    /// <summary>Returns a task that completes when the files of these instances are being watched.</summary>
    public sealed class Watched : SupervisorQuery<Task>
    {
        public required IReadOnlyList<PendingChange> Among { get; init; }
    }

    /// <summary>Starts watching instances that were just started; see <see cref="EndDeathWatch"/>.</summary>
    public sealed class BeginDeathWatch : SupervisorQuery<DeathWatch>
    {
        public required IReadOnlyList<PendingChange> Over { get; init; }
    }

    /// <summary>Ends the watch and returns the instances' current views.</summary>
    public sealed class EndDeathWatch : SupervisorQuery<IReadOnlyList<ProcessView>>
    {
        public required DeathWatch Watch { get; init; }
    }
}

/// <summary>A query and the type of its answer.</summary>
internal abstract class SupervisorQuery<TResult> : SupervisorQuery;
