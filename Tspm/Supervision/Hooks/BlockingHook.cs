using Tspm.Supervision.Process;

namespace Tspm.Supervision.Hooks;

/// <summary>
/// The hook that blocks a process's next step: preStart before a spawn, or postStop after a child has ended. At most
/// one runs at a time.
/// </summary>
internal sealed class BlockingHook(MachineServices services, IInstance process)
{
    HookRun? _running;

    public bool IsRunning => _running is not null;

    /// <summary>Runs a hook.</summary>
    /// <param name="name">See <see cref="HookNames"/>.</param>
    /// <param name="command">The command to run.</param>
    /// <param name="ended">
    /// Called when the hook has ended, unless the process was forgotten: with whether it was cancelled, and the problem
    /// (null if it succeeded).
    /// </param>
    public void Run(string name, string command, Action<bool, string?> ended)
    {
        HookRun? hook = null;
        var asked = HookCommand.For(process.Definition.Config, name, command);
        _running = hook = new HookRun(services, process, asked, problem =>
        {
            if (_running != hook || process.IsForgotten) return;
            _running = null;
            ended(hook!.IsCancelled, problem);
        });
    }

    /// <summary>Kills the hook; its end is reported as usual.</summary>
    public void Cancel() => _running?.Cancel();
}
