using Tspm.Supervision.Checks;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Process;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision;

/// <summary>What every supervised process works with: the machine, and what all processes share.</summary>
internal sealed record SupervisionServices : MachineServices
{
    public required Listeners Listeners { get; init; }
    public required ProbeMaker Probes { get; init; }
    /// <summary>What runs to tell others of events.</summary>
    public EventHooks Hooks => field ??= new EventHooks(this);
    public RunNumbers RunNumbers => field ??= new RunNumbers(Clock);
}
