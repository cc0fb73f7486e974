using Microsoft.Extensions.Logging;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Process;
using Tspm.Supervision.Recovery;
using Tspm.Text;

namespace Tspm.Supervision.Hooks;

/// <summary>
/// One run of a hook: a command with a time limit that runs as the process does (user, folder, environment, limits), in
/// its own process group. When it ends or times out, everything it started is killed, including processes in other
/// sessions. Its output is discarded. Runs on the supervisor's thread without blocking it.
/// </summary>
internal sealed class HookRun
{
    static readonly TimeSpan SweepRetryDelay = TimeSpan.FromMilliseconds(5);

    readonly MachineServices _services;
    readonly IInstance _process;
    readonly HookCommand _hook;
    readonly Action<string?> _ended;
    IChild? _child;
    IDisposable? _timer;
    string? _problem;

    /// <summary>The plan that the hook is to be started with is not ready yet.</summary>
    bool _isPlanning;

    /// <summary>The pid may have been reused; the leftovers are already being killed.</summary>
    bool _isReaped;

    /// <summary>Starts the hook at once.</summary>
    /// <param name="services">The machine.</param>
    /// <param name="process">The process whose hook it is.</param>
    /// <param name="hook">The command to run.</param>
    /// <param name="ended">
    /// Called once, never before the constructor returns: with null for exit code 0, otherwise with a phrase that
    /// continues a sentence about the hook. By then every process of the hook is gone.
    /// </param>
    public HookRun(MachineServices services, IInstance process, HookCommand hook, Action<string?> ended)
    {
        (_services, _process, _hook, _ended) = (services, process, hook, ended);
        Begin();
    }

    public bool IsCancelled { get; private set; }

    /// <summary>Kills the hook and everything it started; its end is reported as usual.</summary>
    public void Cancel()
    {
        IsCancelled = true;
        Kill("was cancelled");
    }

    /// <summary>
    /// Kills the hooks that a dead daemon of this home left, because no daemon would ever see them end.
    /// </summary>
    public static void CleanUp(MachineServices services, RecoveredState left)
    {
        HookInput.RemoveAll(services.Home);
        var everywhere = OrphanedHooks.MayExist(left, services.System.BootId, services.GuardianPid);
        services.System.KillHooks(HookNames.Variable, $"{HookNames.HomeVariable}={services.Home.Path}", everywhere);
    }

    void Begin()
    {
        if (_services.System.ResourceShortage() is { } noRoom)
        {
            Fail(noRoom.Sentence);
            return;
        }
        _timer = _services.Timers.After(_hook.Timeout, () => OnLate(Duration.Format(_hook.Timeout)));
        var inputPath = _hook.Input is null ? null : HookInput.NewPath(_services.Home);
        _isPlanning = true;
        _process.Plans.PlanHook(_hook.Name, _hook.Command, inputPath, (request, failure) =>
        {
            if (!_isPlanning) return;
            _isPlanning = false;
            if (request is null) Fail(failure!.Sentence);
            else if (inputPath is null) Spawn(request);
            else SpawnWith(_hook.Input!, inputPath, request);
        });
    }

    void SpawnWith(byte[] input, string inputPath, SpawnRequest request)
    {
        if (HookInput.Write(inputPath, input) is { } problem)
        {
            Fail($"its input cannot be written: {problem}");
            return;
        }
        Spawn(request);
        HookInput.Remove(inputPath);
    }

    void Spawn(SpawnRequest request)
    {
        (_child, var failure) = _services.System.Spawn(request);
        if (_child is not { } child) Fail(failure!.Sentence);
        else child.OnExit(() => _services.Post(Ended));
    }

    /// <summary>Reports that nothing was started.</summary>
    void Fail(string why) => _services.Post(() => End($"could not be run: {why}"));

    void OnLate(string limit) => Kill(_isPlanning
        ? $"could not be run: its envFile was not read within {limit}" : $"did not end within {limit} and was killed");

    void Kill(string problem)
    {
        if (_isPlanning)
        {
            _isPlanning = false;
            _services.Post(() => End(problem));
        }
        if (_isReaped || _child is not { } child) return;
        _problem ??= problem;
        child.SignalGroup(Signals.SIGKILL);
        child.Signal(Signals.SIGKILL);
    }

    void Ended()
    {
        if (_child is not { } child) return;
        var status = child.PeekExit() ?? ExitStatus.Unknown;
        _problem ??= status.IsSuccess ? null : status.ToString();
        // Signal the group before reaping: until then its number cannot be reused.
        child.SignalGroup(Signals.SIGKILL);
        child.Reap();
        _isReaped = true;
        Sweep();
    }

    void Sweep()
    {
        var mark = new TreeMark(_child!.Pid, _process.Key.Id, _process.Key.Instance, _hook.Name);
        if (_services.System.KillLeftovers(mark) is not 0)
        {
            _services.Timers.After(SweepRetryDelay, Sweep);
            return;
        }
        _child.Dispose();
        _child = null;
        End(_problem);
    }

    void End(string? problem)
    {
        _timer?.Dispose();
        if (problem is not null && !IsCancelled)
            _services.Log
                .LogWarning("hook {Hook} of {Name} {Problem}; its output was discarded", _hook.Name,
                    _process.Definition.Name, problem);
        _ended(problem);
    }
}
