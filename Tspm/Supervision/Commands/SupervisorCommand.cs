using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>
/// The orders that other code may give the supervisor. An order is data and carries its requester;
/// <see cref="CommandDispatch"/> executes it on the supervisor's thread. So all code that touches a process is in this
/// room, and no request can run its own code there.
/// </summary>
internal abstract class SupervisorCommand
{
    private protected SupervisorCommand()
    {
    }

    /// <summary>Who gives the order; null if unknown.</summary>
    public Requester? By { get; init; }

    /// <summary>
    /// False if the order completes work that was begun earlier; such an order is executed even during a shutdown.
    /// </summary>
    public virtual bool BeginsSomething => true;

    /// <summary>The cause of everything that follows from the order.</summary>
    /// <param name="request">One of <see cref="CauseRequest"/>.</param>
    public Cause CauseOf(string request) => Cause.Requested(request) with { By = By };

    /// <summary>Defines processes without starting them.</summary>
    public sealed class Add : SupervisorCommand<ChangedProcesses>
    {
        public required IReadOnlyList<ProcessConfig> Define { get; init; }

        public required CallerSettings Caller { get; init; }

        /// <summary>Null if unknown.</summary>
        public string? Project { get; init; }
    }

    /// <summary>Makes the process table match a list of configs.</summary>
    public sealed class Apply : SupervisorCommand<AppliedConfigs>
    {
        public Apply(PlanExecution.Wanted wanted) => (Wanted, By) = (wanted, wanted.By);

        public PlanExecution.Wanted Wanted { get; }

        /// <summary>Only compute the plan.</summary>
        public bool IsDryRun { get; init; }
    }

    /// <summary>Starts processes by selector, or defines new ones and starts them.</summary>
    public sealed class Start : SupervisorCommand<StartedProcesses>
    {
        /// <summary>Null or empty if a file was given.</summary>
        public IReadOnlyList<string>? Selectors { get; init; }

        /// <summary>The configs to define if the selectors match no existing process; may be empty.</summary>
        public required IReadOnlyList<ProcessConfig> Define { get; init; }

        /// <summary>Those names in <see cref="Define"/> that the user chose.</summary>
        public IReadOnlySet<string> ChosenNames { get; init; } = new HashSet<string>();

        /// <summary>The settings for new definitions; null if nothing is defined.</summary>
        public CallerSettings? Caller { get; init; }

        /// <summary>The new environment of existing processes; null to keep theirs.</summary>
        public CallerSettings? NewEnvironment { get; init; }

        /// <summary>The needed scripts that were found missing just now.</summary>
        public IReadOnlySet<NeededScript> MissingScripts { get; init; } = NeededScript.None;

        /// <summary>The request contains options that only a new definition can have.</summary>
        public bool HasOverrides { get; init; }

        /// <summary>Restart processes that are online, and replace existing definitions.</summary>
        public bool Force { get; init; }

        /// <summary>A process that is already online is not an error.</summary>
        public bool Again { get; init; }

        /// <summary>The new definitions are deleted once no client holds them.</summary>
        public bool IsTemporary { get; init; }
    }

    /// <summary>
    /// Withdraws new definitions of which no instance could be spawned: the second half of a failed start.
    /// </summary>
    public sealed class Withdraw : SupervisorCommand<Task<string?>?>
    {
        public required IReadOnlyList<int> Ids { get; init; }

        public override bool BeginsSomething => false;
    }

    public sealed class Stop : SupervisorCommand<BegunChanges>
    {
        public required IReadOnlyList<string> Selectors { get; init; }
    }

    /// <summary>Replaces the current child with a new one; starts stopped processes.</summary>
    public sealed class Restart : SupervisorCommand<BegunChanges>
    {
        public required IReadOnlyList<string> Selectors { get; init; }

        /// <summary>See <see cref="Start.NewEnvironment"/>.</summary>
        public CallerSettings? NewEnvironment { get; init; }

        /// <summary>See <see cref="Start.MissingScripts"/>.</summary>
        public IReadOnlySet<NeededScript> MissingScripts { get; init; } = NeededScript.None;
    }

    /// <summary>Starts a new child next to the current one, which is stopped once the new one is ready.</summary>
    public sealed class Reload : SupervisorCommand<BegunChanges>
    {
        public required IReadOnlyList<string> Selectors { get; init; }

        /// <summary>See <see cref="Start.NewEnvironment"/>.</summary>
        public CallerSettings? NewEnvironment { get; init; }

        /// <summary>See <see cref="Start.MissingScripts"/>.</summary>
        public IReadOnlySet<NeededScript> MissingScripts { get; init; } = NeededScript.None;
    }

    /// <summary>Stops processes and removes their definitions.</summary>
    public sealed class Delete : SupervisorCommand<DeletedProcesses>
    {
        public required IReadOnlyList<string> Selectors { get; init; }

        public bool WithLogs { get; init; }
    }

    /// <summary>Changes the number of instances to <see cref="Instances"/>, or by <see cref="Difference"/>.</summary>
    public sealed class Scale : SupervisorCommand<ChangedProcesses>
    {
        public required string Selector { get; init; }

        /// <summary>Null to use <see cref="Difference"/>.</summary>
        public int? Instances { get; init; }

        public int Difference { get; init; }
    }

    /// <summary>Changes fields of configs.</summary>
    public sealed class Set : SupervisorCommand<ChangedProcesses>
    {
        public required IReadOnlyList<string> Selectors { get; init; }

        /// <summary>KEY=VALUE pairs.</summary>
        public required IReadOnlyList<string> Assignments { get; init; }
    }

    public sealed class Rename : SupervisorCommand<ChangedProcesses>
    {
        public required string Selector { get; init; }

        /// <summary>A name that has been validated.</summary>
        public required string NewName { get; init; }
    }

    /// <summary>Resets restart and failure counts to zero.</summary>
    public sealed class Reset : SupervisorCommand<IReadOnlyList<ProcessView>>
    {
        public required IReadOnlyList<string> Selectors { get; init; }
    }

    /// <summary>Sends a signal to children.</summary>
    public sealed class Signal : SupervisorCommand<IReadOnlyList<SentSignal>>
    {
        public required IReadOnlyList<string> Selectors { get; init; }

        public required int Number { get; init; }
    }

    /// <summary>
    /// Saves the current state. The task completes when the state is on disk, with null or with the reason why it could
    /// not be saved.
    /// </summary>
    public sealed class Save : SupervisorCommand<Task<string?>>
    {
        public override bool BeginsSomething => false;
    }
}

/// <summary>An order and the type of its result.</summary>
internal abstract class SupervisorCommand<TResult> : SupervisorCommand;
