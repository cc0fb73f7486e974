using Microsoft.Extensions.Logging;
using Tspm.Events;
using Tspm.Model.State;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Hooks;

/// <summary>
/// Runs the hooks that report events. Each receives its event as one JSON object on standard input. A few run at once,
/// the others queue, and nothing waits for them. For one instance the same hook runs one at a time, so it sees events
/// in order. A hook that hangs, or a process that keeps crashing, delays only its own hooks.
/// </summary>
internal sealed class EventHooks(MachineServices services)
{
    const int MaxConcurrent = 4, MaxQueued = 100;

    /// <summary>How long hooks may continue while the daemon shuts down.</summary>
    static readonly TimeSpan ShutdownGrace = TimeSpan.FromSeconds(3);

    readonly List<QueuedHook> _waiting = [];
    readonly Dictionary<QueuedHook, HookRun> _running = [];
    TaskCompletionSource<bool>? _ending;
    int _dropped;

    sealed class QueuedHook(IInstance process, string name, string command, ProcessEvent happened)
    {
        public IInstance Process => process;
        public string Name => name;
        public string Command => command;
        public ProcessEvent Event => happened;

        public bool IsSame(QueuedHook other) => other.Process == process && other.Name == name;
    }

    /// <summary>Queues a hook; returns at once.</summary>
    public void Run(IInstance process, string name, string command, ProcessEvent happened)
    {
        if (_ending is not null || _waiting.Count >= MaxQueued)
        {
            // Report the first dropped hook only: reporting each would cause the next flood.
            if (_ending is null && _dropped++ == 0)
            {
                services.Log.LogWarning("hook {Hook} of {Name} was not run: {Count} hooks are already waiting", name,
                    process.Definition.Name, MaxQueued);
                ReportFailure(new QueuedHook(process, name, command, happened),
                    $"{name} was not run: {MaxQueued} hooks are already waiting");
            }
            return;
        }
        _waiting.Add(new QueuedHook(process, name, command, happened));
        // Deferred, because the process is in the middle of a step.
        services.Post(Next);
    }

    /// <summary>Starts no further hooks; completes when none is running.</summary>
    public Task<bool> End()
    {
        if (_ending is { } under) return under.Task;
        _ending = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Clear();
        if (_running.Count == 0) _ending.SetResult(true);
        else
            services.Timers.After(ShutdownGrace, () =>
            {
                foreach (var run in _running.Values) run.Cancel();
            });
        return _ending.Task;
    }

    void Next()
    {
        for (var i = 0; i < _waiting.Count && _running.Count < MaxConcurrent; i++)
        {
            var queued = _waiting[i];
            if (IsRunning(queued)) continue;
            _waiting.RemoveAt(i--);
            var hook = HookCommand.For(queued.Process.Definition.Config, queued.Name, queued.Command) with
            {
                Input = EventFiles.Line(queued.Event),
            };
            _running[queued] = new HookRun(services, queued.Process, hook, problem => Ended(queued, problem));
        }
        if (_waiting.Count == 0) _dropped = 0;
    }

    void Ended(QueuedHook hook, string? problem)
    {
        _running.Remove(hook);
        if (problem is not null) ReportFailure(hook, $"{hook.Name} {problem}");
        if (_ending is null) Next();
        else if (_running.Count == 0) _ending.TrySetResult(true);
    }

    bool IsRunning(QueuedHook hook)
    {
        foreach (var other in _running.Keys)
            if (hook.IsSame(other)) return true;
        return false;
    }

    void ReportFailure(QueuedHook hook, string what) => services.AppendEvent(new ProcessEvent
    {
        Kind = EventKind.HookFailed,
        Id = hook.Process.Key.Id,
        Name = hook.Process.Definition.Name,
        Instance = hook.Process.Key.Instance,
        Pid = hook.Event.Pid,
        RunId = hook.Event.RunId,
        Reason = what,
    });
}
