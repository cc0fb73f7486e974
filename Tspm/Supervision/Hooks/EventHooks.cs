using Microsoft.Extensions.Logging;
using Tspm.Events;
using Tspm.Model.State;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Hooks;

/// <summary>
/// The hooks that get to know of events: each gets its event as one JSON object on standard input. A few run at once,
/// others wait for their turn, and nobody waits for them; of one instance the same hook runs once at a time, and sees
/// the events in their order. One that hangs, or a process that crashes all the time, can only lose its own turns.
/// </summary>
internal sealed class EventHooks(MachineServices services)
{
    const int MostAtOnce = 4, MostWaiting = 100;

    /// <summary>How long those that run at the daemon's end may go on.</summary>
    static readonly TimeSpan LastMoments = TimeSpan.FromSeconds(3);

    readonly List<Turn> _waiting = [];
    readonly Dictionary<Turn, HookRun> _running = [];
    TaskCompletionSource<bool>? _ending;
    int _dropped;

    sealed class Turn(IInstance cell, string name, string command, ProcessEvent happened)
    {
        public IInstance Cell => cell;
        public string Name => name;
        public string Command => command;
        public ProcessEvent Event => happened;

        public bool IsSame(Turn other) => other.Cell == cell && other.Name == name;
    }

    /// <summary>Takes a turn; returns at once.</summary>
    public void Run(IInstance cell, string name, string command, ProcessEvent happened)
    {
        if (_ending is not null || _waiting.Count >= MostWaiting)
        {
            // Once, not for each of them: that would be the next flood.
            if (_ending is null && _dropped++ == 0)
            {
                services.Log.LogWarning("hook {Hook} of {Name} was not run: {Count} hooks are waiting already", name,
                    cell.Definition.Name, MostWaiting);
                Tell(new Turn(cell, name, command, happened),
                    $"{name} was not run: {MostWaiting} hooks are waiting already");
            }
            return;
        }
        _waiting.Add(new Turn(cell, name, command, happened));
        // Not now: the process is in the middle of a step.
        services.Post(Next);
    }

    /// <summary>Nothing is begun any more; completes when nothing runs.</summary>
    public Task<bool> End()
    {
        if (_ending is { } under) return under.Task;
        _ending = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Clear();
        if (_running.Count == 0) _ending.SetResult(true);
        else
            services.Timers.After(LastMoments, () =>
            {
                foreach (var run in _running.Values) run.Cancel();
            });
        return _ending.Task;
    }

    void Next()
    {
        for (var i = 0; i < _waiting.Count && _running.Count < MostAtOnce; i++)
        {
            var turn = _waiting[i];
            if (IsRunning(turn)) continue;
            _waiting.RemoveAt(i--);
            var hook = HookCommand.Of(turn.Cell.Definition.Config, turn.Name, turn.Command) with
            {
                Input = EventFiles.Line(turn.Event),
            };
            _running[turn] = new HookRun(services, turn.Cell, hook, problem => Ended(turn, problem));
        }
        if (_waiting.Count == 0) _dropped = 0;
    }

    void Ended(Turn turn, string? problem)
    {
        _running.Remove(turn);
        if (problem is not null) Tell(turn, $"{turn.Name} {problem}");
        if (_ending is null) Next();
        else if (_running.Count == 0) _ending.TrySetResult(true);
    }

    bool IsRunning(Turn turn)
    {
        foreach (var other in _running.Keys)
            if (turn.IsSame(other)) return true;
        return false;
    }

    void Tell(Turn turn, string what) => services.Tell(new ProcessEvent
    {
        Kind = EventKind.HookFailed,
        Id = turn.Cell.Key.Id,
        Name = turn.Cell.Definition.Name,
        Instance = turn.Cell.Key.Instance,
        Pid = turn.Event.Pid,
        RunId = turn.Event.RunId,
        Reason = what,
    });
}
