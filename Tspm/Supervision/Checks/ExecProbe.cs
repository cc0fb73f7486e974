using System.Globalization;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Succeeds if a command exits with code 0. The command runs as the child does (user, folder, environment, limits), in
/// its own process group, and its output is discarded. When it ends or times out, the rest of its group is killed. It
/// does not lead a session, because the guardian recognises runs of processes by their sessions.
/// </summary>
internal sealed class ExecProbe(
    MachineServices services, Action<Action<SpawnRequest?, SpawnFailure?>> plan) : IProbe
{
    public IDisposable Run(Action<string?> answered)
    {
        var command = new Command(services, answered);
        if (services.System.ResourceShortage() is { } noRoom) answered(noRoom.Sentence);
        else plan(command.Start);
        return command;
    }

    sealed class Command(MachineServices services, Action<string?> answered) : IDisposable
    {
        IChild? _child;
        bool _isOver;

        /// <summary>Called when the command is planned; starts it unless the attempt has been disposed of.</summary>
        public void Start(SpawnRequest? request, SpawnFailure? failure)
        {
            if (_isOver) return;
            if (request is not null) (_child, failure) = services.System.Spawn(request);
            if (failure is not null) answered(failure.Sentence);
            _child?.OnExit(() => services.Post(Ended));
        }

        /// <summary>Kills the command. It is reaped when its exit is reported, as usual.</summary>
        public void Dispose()
        {
            _isOver = true;
            if (_child is not { } child) return;
            child.SignalGroup(Signals.SIGKILL);
            child.Signal(Signals.SIGKILL);
        }

        static string Problem(ExitStatus status) => "the probe's command " + status switch
        {
            { Code: { } code } => string.Create(CultureInfo.InvariantCulture, $"exited with code {code}"),
            { Signal: not null } => $"was {status}",
            _ => "ended with an unknown exit status",
        };

        void Ended()
        {
            if (_child is not { } child) return;
            var status = child.PeekExit() ?? ExitStatus.Unknown;
            // Signal the group before reaping: until then its number cannot be reused.
            child.SignalGroup(Signals.SIGKILL);
            child.Reap();
            child.Dispose();
            _child = null;
            answered(status.IsSuccess ? null : Problem(status));
        }
    }
}
