using Tspm.Supervision.Process;

namespace Tspm.Supervision.Hooks;

/// <summary>
/// The hook that a process waits for: before a spawn (preStart), or after the end of a child (postStop). At most one
/// runs.
/// </summary>
internal sealed class BlockingHook(MachineServices services, IInstance process)
{
    HookRun? _running;

    public bool IsRunning => _running is not null;

    /// <summary>Runs a hook.</summary>
    /// <param name="name">See <see cref="HookMark"/>.</param>
    /// <param name="command">What to run.</param>
    /// <param name="ended">
    /// Called when it has ended, unless the process was forgotten: whether it was given up, and what went wrong (null:
    /// nothing).
    /// </param>
    public void Run(string name, string command, Action<bool, string?> ended)
    {
        HookRun? hook = null;
        var asked = HookCommand.Of(process.Definition.Config, name, command);
        _running = hook = new HookRun(services, process, asked, problem =>
        {
            if (_running != hook || process.IsForgotten) return;
            _running = null;
            ended(hook!.IsCancelled, problem);
        });
    }

    /// <summary>Gives it up; it ends as always.</summary>
    public void Cancel() => _running?.Cancel();
}
