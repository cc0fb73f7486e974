using Tspm.Model.State;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>
/// What comes before the new child of a reload: its preStart hook, then the reading of its envFile, which the hook may
/// have written.
/// </summary>
/// <param name="services">For the hook.</param>
/// <param name="process">Whose child is replaced.</param>
/// <param name="cause">Why there is to be a new one.</param>
/// <param name="ended">Told once: what was read, or what went wrong.</param>
internal sealed class ReplacementPreparation(
    MachineServices services, IReplacementHost process, Cause cause, Action<StartFiles?, string?> ended)
{
    HookRun? _preStart;
    bool _isOver;

    /// <summary>The hook, if there is one, has done its part.</summary>
    public bool IsReadingFiles { get; private set; }

    public void Begin()
    {
        if (process.Definition.Config.Hooks?.PreStart is not { } command)
        {
            ReadFiles();
            return;
        }
        process.Narrator.Tell(EventKind.PreStart, null, cause);
        var hook = HookCommand.Of(process.Definition.Config, HookMark.PreStart, command);
        _preStart = new HookRun(services, process, hook, OnHookEnded);
    }

    /// <summary>Gives it up; that is told as well, and not before this returns.</summary>
    public void Cancel()
    {
        if (_preStart is { } hook) hook.Cancel();
        else services.Post(() => End(null, "the reading of its envFile was given up"));
    }

    void OnHookEnded(string? problem)
    {
        _preStart = null;
        if (problem is null) ReadFiles();
        else End(null, $"preStart {problem}");
    }

    void ReadFiles()
    {
        IsReadingFiles = true;
        process.Runs.ReadFiles(files => End(files, null));
        if (!_isOver) process.Publish();
    }

    void End(StartFiles? files, string? problem)
    {
        if (_isOver) return;
        (_isOver, IsReadingFiles) = (true, false);
        ended(files, problem);
    }
}
