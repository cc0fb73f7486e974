using Tspm.Supervision.Checks;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Process;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision;

/// <summary>What every supervised process works with: the machine, and what the processes share.</summary>
internal sealed record SupervisionServices : MachineServices
{
    public required Listeners Listeners { get; init; }
    public required ProbeFactory Probes { get; init; }
    /// <summary>Runs the hooks that report events.</summary>
    public EventHooks Hooks => field ??= new EventHooks(this);
    public RunNumbers RunNumbers => field ??= new RunNumbers(Clock);
}
