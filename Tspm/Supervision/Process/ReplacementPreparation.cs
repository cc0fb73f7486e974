using Tspm.Model.State;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>
/// Prepares the new child of a reload: runs the preStart hook, then reads the envFile, which the hook may have written.
/// </summary>
/// <param name="services">Needed to run the hook.</param>
/// <param name="process">The process whose child is replaced.</param>
/// <param name="cause">Why it is replaced.</param>
/// <param name="ended">Called once, with the files that were read or with the problem.</param>
internal sealed class ReplacementPreparation(
    MachineServices services, IReplacementHost process, Cause cause, Action<StartFiles?, string?> ended)
{
    HookRun? _preStart;
    bool _isOver;

    /// <summary>The hook, if there is one, has finished.</summary>
    public bool IsReadingFiles { get; private set; }

    public void Begin()
    {
        if (process.Definition.Config.Hooks?.PreStart is not { } command)
        {
            ReadFiles();
            return;
        }
        process.Narrator.Report(EventKind.PreStart, null, cause);
        var hook = HookCommand.For(process.Definition.Config, HookNames.PreStart, command);
        _preStart = new HookRun(services, process, hook, OnHookEnded);
    }

    /// <summary>Cancels the preparation; <c>ended</c> is still called, but not before this returns.</summary>
    public void Cancel()
    {
        if (_preStart is { } hook) hook.Cancel();
        else services.Post(() => End(null, "reading its files was cancelled"));
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
