using Tspm.Model;

namespace Tspm.Supervision;

/// <summary>Asks children that are starting whether they are ready. Nothing runs for processes without a <c>ready</c> probe.</summary>
internal sealed class ReadinessWatch(SupervisionServices services)
{
    readonly Dictionary<SupervisedProcess, ReadinessVigil> _vigils = [];

    public void OnChanged(SupervisedProcess cell)
    {
        if (cell.State.Phase != LifecyclePhase.Starting || cell.Run is not { } run)
        {
            if (_vigils.Remove(cell, out var ended)) ended.Dispose();
        }
        else if (!_vigils.ContainsKey(cell))
        {
            if (run.Ready is null) cell.Handle(new LifecycleEvent.BecameReady());
            else Begin(cell, run);
        }
    }

    void Begin(SupervisedProcess cell, Run run)
    {
        var vigil = new ReadinessVigil(
            services, cell, run, () => cell.Handle(new LifecycleEvent.BecameReady()),
            why => cell.Handle(new LifecycleEvent.FoundUnfit(Cause.Observed(CauseCode.NotReady, why))));
        _vigils[cell] = vigil;
        vigil.Begin();
    }
}
