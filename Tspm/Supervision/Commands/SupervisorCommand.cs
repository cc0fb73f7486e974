using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>
/// What others may order the supervisor to do: the classes in here, and nothing else. An order is data, with the one
/// who gives it; <see cref="CommandDispatch"/> carries it out on the supervisor's thread. So the code that may touch a
/// process is all in this room, and no request can run code of its own there.
/// </summary>
internal abstract class SupervisorCommand
{
    private protected SupervisorCommand()
    {
    }

    /// <summary>Who gives the order; null: nobody knows.</summary>
    public Requester? By { get; init; }

    /// <summary>False: it belongs to what was begun before, and is carried out during a shutdown as well.</summary>
    public virtual bool BeginsSomething => true;

    /// <summary>The cause of what follows from it.</summary>
    /// <param name="request">One of <see cref="CauseRequest"/>.</param>
    public Cause CauseOf(string request) => Cause.Requested(request) with { By = By };

    /// <summary>Defines processes without starting them.</summary>
    public sealed class Add : SupervisorCommand<ChangedProcesses>
    {
        public required IReadOnlyList<ProcessConfig> Define { get; init; }

        public required CallerSettings Caller { get; init; }

        /// <summary>Null: not known.</summary>
        public string? Project { get; init; }
    }

    /// <summary>Makes the table match a list of configs.</summary>
    public sealed class Apply : SupervisorCommand<AppliedConfigs>
    {
        public Apply(Application.Wanted wanted) => (Wanted, By) = (wanted, wanted.By);

        public Application.Wanted Wanted { get; }

        /// <summary>Only the plan is wanted.</summary>
        public bool IsDryRun { get; init; }

        /// <summary>
        /// By name, a sentence about each script that is missing: what needs it must not be started. Null: they are
        /// started all the same.
        /// </summary>
        public IReadOnlyDictionary<string, string>? MissingScripts { get; init; }
    }

    /// <summary>Starts processes by selector, or defines new ones and starts them.</summary>
    public sealed class Start : SupervisorCommand<StartedProcesses>
    {
        /// <summary>Null or empty: a file was given.</summary>
        public IReadOnlyList<string>? Selectors { get; init; }

        /// <summary>What to define where the selectors mean nothing that is known; empty: nothing.</summary>
        public required IReadOnlyList<ProcessConfig> Define { get; init; }

        /// <summary>Of <see cref="Define"/>, those whose names somebody chose.</summary>
        public IReadOnlySet<string> ChosenNames { get; init; } = new HashSet<string>();

        /// <summary>For what is defined; null: nothing is.</summary>
        public CallerSettings? Caller { get; init; }

        /// <summary>What is known gets this environment; null: it keeps its own.</summary>
        public CallerSettings? NewEnvironment { get; init; }

        /// <summary>By name, a sentence about each script of <see cref="Define"/> that is missing.</summary>
        public IReadOnlyDictionary<string, string> MissingScripts { get; init; } =
            new Dictionary<string, string>();

        /// <summary>The request has options that only a new definition can have.</summary>
        public bool HasOverrides { get; init; }

        /// <summary>What is online is restarted, and what is defined may be replaced.</summary>
        public bool Force { get; init; }

        /// <summary>What is online already is in order.</summary>
        public bool Again { get; init; }
    }

    /// <summary>
    /// Takes back new definitions none of whose instances could be spawned: the second half of a start.
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

    /// <summary>A new child in the place of the present one; what is stopped is started.</summary>
    public sealed class Restart : SupervisorCommand<BegunChanges>
    {
        public required IReadOnlyList<string> Selectors { get; init; }

        /// <summary>See <see cref="Start.NewEnvironment"/>.</summary>
        public CallerSettings? NewEnvironment { get; init; }
    }

    /// <summary>A new child next to the present one, which goes when the new one is ready.</summary>
    public sealed class Reload : SupervisorCommand<BegunChanges>
    {
        public required IReadOnlyList<string> Selectors { get; init; }

        /// <summary>See <see cref="Start.NewEnvironment"/>.</summary>
        public CallerSettings? NewEnvironment { get; init; }
    }

    /// <summary>Stops processes, then forgets them.</summary>
    public sealed class Delete : SupervisorCommand<DeletedProcesses>
    {
        public required IReadOnlyList<string> Selectors { get; init; }

        public bool WithLogs { get; init; }
    }

    /// <summary>Another number of instances: <see cref="Instances"/>, or so many more or fewer.</summary>
    public sealed class Scale : SupervisorCommand<ChangedProcesses>
    {
        public required string Selector { get; init; }

        /// <summary>Null: see <see cref="Difference"/>.</summary>
        public int? Instances { get; init; }

        public int Difference { get; init; }
    }

    /// <summary>Changes members of configs.</summary>
    public sealed class Set : SupervisorCommand<ChangedProcesses>
    {
        public required IReadOnlyList<string> Selectors { get; init; }

        /// <summary>Each KEY=VALUE.</summary>
        public required IReadOnlyList<string> Assignments { get; init; }
    }

    public sealed class Rename : SupervisorCommand<ChangedProcesses>
    {
        public required string Selector { get; init; }

        /// <summary>A valid name.</summary>
        public required string NewName { get; init; }
    }

    /// <summary>Restart counts and failures begin at zero again.</summary>
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

    /// <summary>The state as it is now is on disk when the task completes; its result says why it is not.</summary>
    public sealed class Save : SupervisorCommand<Task<string?>>
    {
        public override bool BeginsSomething => false;
    }
}

/// <summary>An order and the kind of its result.</summary>
internal abstract class SupervisorCommand<TResult> : SupervisorCommand;
