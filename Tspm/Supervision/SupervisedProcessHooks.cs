using Tspm.Model;
using Tspm.Platform;
using Tspm.Supervision.Hooks;

namespace Tspm.Supervision;

/// <summary>The hooks that stand in the way of an instance: before a spawn, and after the end of a child. The principal part is in SupervisedProcess.cs.</summary>
internal sealed partial class SupervisedProcess
{
    HookRun? _hook;

    /// <summary>A hook that is to run as the child does; no child is needed for it.</summary>
    public (SpawnRequest? Request, SpawnFailure? Failure) PlanOfHook(string name, string command, string? input) =>
        SpawnPlan.ForHook(Definition, Key.Instance, _environmentOf(Definition), RunStreamsOf.Run(_services, Definition, Key, 0), (name, command, _services.Home.Path, input));

    /// <summary>Between the order and the spawn; a stop gives it up.</summary>
    void RunPreStart(Run run, string command)
    {
        TellOf(EventKind.PreStart, null);
        HookRun? hook = null;
        _hook = hook = new HookRun(_services, this, HookMark.PreStart, command, null, problem =>
        {
            if (_hook != hook || _run != run || _forgotten) return;
            _hook = null;
            if (hook!.IsCancelled)
            {
                _run = null;
                Handle(new LifecycleEvent.SpawnForgotten());
            }
            else if (problem is null) SpawnChild(run);
            else Failed(run, new SpawnFailure(HookMark.PreStart, 0, $"preStart {problem}") { MayPass = RestartPolicy.Of(Definition.Config).Mode != RestartMode.Never });
        });
    }

    /// <summary>Whatever comes of it: the child is gone, and what was to follow follows.</summary>
    void RunPostStop(string command)
    {
        Persist();
        HookRun? hook = null;
        _hook = hook = new HookRun(_services, this, HookMark.PostStop, command, null, problem =>
        {
            if (_hook != hook || _forgotten) return;
            _hook = null;
            if (problem is not null) TellOf(EventKind.HookFailed, $"postStop {problem}");
            Handle(new LifecycleEvent.TreeGone());
        });
        Publish();
    }

    /// <summary>An earlier daemon may have been in the middle of it. What it left is killed, and it runs again.</summary>
    void ForgetPreStart()
    {
        if (_forgotten) return;
        if (_services.System.KillLeftovers(new TreeMark(0, Key.Id, Key.Instance)) == 0) Handle(new LifecycleEvent.SpawnForgotten());
        else _services.Timers.After(SweepAgainAfter, ForgetPreStart);
    }
}
