using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Does a command exit with code 0? It runs as the child does (user, folder, environment, limits), in a process group
/// of its own, and what it prints goes nowhere. When it has ended or its time is over, what is left of the group is
/// killed. Not a session: by those the guardian knows the runs of processes.
/// </summary>
internal sealed class ExecProbe(MachineServices services,
    Func<(SpawnRequest? Request, SpawnFailure? Failure)> plan) : IProbe
{
    public IDisposable Look(Action<string?> told)
    {
        var failure = services.System.LackOfRoom();
        SpawnRequest? request = null;
        if (failure is null) (request, failure) = plan();
        var outcome = request is null ? new SpawnOutcome(null, failure) : services.System.Spawn(request);
        if (outcome.Failure is { } problem) told(problem.Sentence);
        return new Command(services, outcome.Child, told);
    }

    sealed class Command : IDisposable
    {
        readonly MachineServices _services;
        readonly Action<string?> _told;
        IChild? _child;

        public Command(MachineServices services, IChild? child, Action<string?> told)
        {
            (_services, _child, _told) = (services, child, told);
            child?.OnExit(() => services.Post(Ended));
        }

        /// <summary>It is reaped when it has ended, as always.</summary>
        public void Dispose()
        {
            if (_child is not { } child) return;
            child.SignalGroup(Signals.SIGKILL);
            child.Signal(Signals.SIGKILL);
        }

        void Ended()
        {
            if (_child is not { } child) return;
            var status = child.PeekExit() ?? ExitStatus.Unknown;
            // Not reaped yet, so the number of the group is still its own.
            child.SignalGroup(Signals.SIGKILL);
            child.Reap();
            child.Dispose();
            _child = null;
            _told(status.IsSuccess ? null : status.ToString());
        }
    }
}
