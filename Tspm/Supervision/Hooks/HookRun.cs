using Microsoft.Extensions.Logging;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Process;
using Tspm.Supervision.Recovery;
using Tspm.Text;

namespace Tspm.Supervision.Hooks;

/// <summary>
/// One run of a hook: a command that runs as the process does (user, folder, environment, limits), in a process group
/// of its own, with a time limit. When it has ended or its time is over, all that it started is killed, also what hid
/// itself in another session. What it prints goes nowhere. Lives on the supervisor's thread, which it never keeps
/// waiting.
/// </summary>
internal sealed class HookRun
{
    static readonly TimeSpan SweepAgainAfter = TimeSpan.FromMilliseconds(5);

    readonly MachineServices _services;
    readonly IInstance _cell;
    readonly HookCommand _hook;
    readonly Action<string?> _ended;
    IChild? _child;
    IDisposable? _timer;
    string? _problem;

    /// <summary>It waits for what it is to be started with.</summary>
    bool _isPlanning;

    /// <summary>Its number may be somebody else's, and what it left is being killed already.</summary>
    bool _isReaped;

    /// <summary>Begins at once.</summary>
    /// <param name="services">For everything that it takes.</param>
    /// <param name="cell">Whose hook.</param>
    /// <param name="hook">What to run.</param>
    /// <param name="ended">Told once, never before this returns: null is exit code 0, else a phrase that goes on a
    /// sentence about the hook. Nothing of it is left then.</param>
    public HookRun(MachineServices services, IInstance cell, HookCommand hook, Action<string?> ended)
    {
        (_services, _cell, _hook, _ended) = (services, cell, hook, ended);
        Begin();
    }

    public bool IsCancelled { get; private set; }

    /// <summary>Kills it, with all that it started; then it ends as always.</summary>
    public void Cancel()
    {
        IsCancelled = true;
        Kill("was given up");
    }

    /// <summary>What a dead daemon of this home left of its hooks is killed: nobody would ever see it end.</summary>
    public static void CleanUp(MachineServices services, RecoveredState left)
    {
        HookInput.RemoveAll(services.Home);
        var everywhere = LeftHooks.MayBeAnywhere(left, services.System.BootId, services.GuardianPid);
        services.System.KillHooks(HookMark.Variable, $"{HookMark.HomeVariable}={services.Home.Path}", everywhere);
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
        _cell.Plans.PlanHook(_hook.Name, _hook.Command, inputPath, (request, failure) =>
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

    /// <summary>Nothing was started.</summary>
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
        // Not reaped yet, so the number of the group is still its own.
        child.SignalGroup(Signals.SIGKILL);
        child.Reap();
        _isReaped = true;
        Sweep();
    }

    void Sweep()
    {
        var mark = new TreeMark(_child!.Pid, _cell.Key.Id, _cell.Key.Instance, _hook.Name);
        if (_services.System.KillLeftovers(mark) is not 0)
        {
            _services.Timers.After(SweepAgainAfter, Sweep);
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
                .LogWarning("hook {Hook} of {Name} {Problem}; what it printed was dropped", _hook.Name,
                    _cell.Definition.Name, problem);
        _ended(problem);
    }
}
