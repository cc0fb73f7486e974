using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Does a command exit with code 0? It runs as the child does (user, folder, environment, limits), in a process group
/// of its own, and what it prints goes nowhere. When it has ended or its time is over, what is left of the group is
/// killed. Not a session: by those the guardian knows the runs of processes.
/// </summary>
internal sealed class ExecProbe(
    MachineServices services, Action<Action<SpawnRequest?, SpawnFailure?>> plan) : IProbe
{
    public IDisposable Look(Action<string?> told)
    {
        var command = new Command(services, told);
        if (services.System.ResourceShortage() is { } noRoom) told(noRoom.Sentence);
        else plan(command.Start);
        return command;
    }

    sealed class Command(MachineServices services, Action<string?> told) : IDisposable
    {
        IChild? _child;
        bool _isOver;

        /// <summary>It is planned: unless nobody wants the answer any more, it runs.</summary>
        public void Start(SpawnRequest? request, SpawnFailure? failure)
        {
            if (_isOver) return;
            if (request is not null) (_child, failure) = services.System.Spawn(request);
            if (failure is not null) told(failure.Sentence);
            _child?.OnExit(() => services.Post(Ended));
        }

        /// <summary>It is reaped when it has ended, as always.</summary>
        public void Dispose()
        {
            _isOver = true;
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
            told(status.IsSuccess ? null : status.ToString());
        }
    }
}
