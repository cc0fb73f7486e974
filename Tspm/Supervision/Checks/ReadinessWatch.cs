using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Checks;

/// <summary>Checks starting children for readiness. Costs nothing for processes without a <c>ready</c> probe.</summary>
internal sealed class ReadinessWatch(SupervisionServices services) : IProcessObserver
{
    readonly Dictionary<SupervisedProcess, ReadinessCheck> _checks = [];

    public void OnChanged(SupervisedProcess process, LifecycleState before)
    {
        if (process.State.Phase != LifecyclePhase.Starting || process.Current is not { } run)
        {
            if (_checks.Remove(process, out var ended)) ended.Dispose();
        }
        else if (!_checks.ContainsKey(process))
        {
            if (run.Ready is null) process.Handle(new LifecycleEvent.BecameReady());
            else Begin(process, run);
        }
    }

    void Begin(SupervisedProcess process, ChildRun run)
    {
        var check = new ReadinessCheck(
            services, process, run, () => process.Handle(new LifecycleEvent.BecameReady()),
            why => process.Handle(new LifecycleEvent.FoundUnfit(Cause.Observed(CauseCode.NotReady, why))));
        _checks[process] = check;
        check.Begin();
    }
}
