using System.Globalization;
using Microsoft.Extensions.Logging;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Storage;
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

    /// <summary>
    /// Files in <c>run/</c> that a hook reads as its standard input; they have no name any more once it runs.
    /// </summary>
    const string InputPrefix = "hook.";

    static int s_inputs;

    readonly MachineServices _services;
    readonly IInstance _cell;
    readonly string _name;
    readonly Action<string?> _ended;
    IChild? _child;
    IDisposable? _timer;
    string? _problem;

    /// <summary>Its number may be somebody else's, and what it left is being killed already.</summary>
    bool _isReaped;

    /// <summary>Begins at once.</summary>
    /// <param name="services">For everything that it takes.</param>
    /// <param name="cell">Whose hook.</param>
    /// <param name="name">See <see cref="HookMark"/>.</param>
    /// <param name="command">What to run.</param>
    /// <param name="input">What it reads; null: nothing.</param>
    /// <param name="ended">Told once, never before this returns: null is exit code 0, else a phrase that goes on a
    /// sentence about the hook. Nothing of it is left then.</param>
    public HookRun(
        MachineServices services, IInstance cell, string name, string command, byte[]? input, Action<string?> ended)
    {
        (_services, _cell, _name, _ended) = (services, cell, name, ended);
        var failure = Begin(command, input, (cell.Definition.Config.Hooks ?? new HookConfig()).Timeout);
        if (failure is not null) services.Post(() => End(failure));
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
        foreach (var path in Directory.EnumerateFiles(services.Home.RunFolder, InputPrefix + "*")) Remove(path);
        // Those of a dead guardian are nobody's children any more.
        var everywhere = false;
        foreach (var record in left.Records.Values)
            everywhere |= record.Common.BootId == services.System.BootId
                && (record.Current?.GuardianPid ?? record.Common.GuardianPid) != services.GuardianPid;
        services.System.KillHooks(HookMark.Variable, $"{HookMark.HomeVariable}={services.Home.Path}", everywhere);
    }

    string? Begin(string command, byte[]? input, TimeSpan timeout)
    {
        if (_services.System.LackOfRoom() is { } noRoom) return $"could not be run: {noRoom.Sentence}";
        var inputPath = input is null
            ? null
            : Path.Combine(_services.Home.RunFolder,
                string.Create(CultureInfo.InvariantCulture, $"{InputPrefix}{++s_inputs}"));
        try
        {
            // A file, not a pipe: who does not read it harms nobody, and who reads finds its end.
            if (inputPath is not null) AtomicFile.WriteNew(inputPath, input, durable: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"could not be run: its input cannot be written: {FileSystem.Describe(e)}";
        }
        var (request, failure) = _cell.Plans.PlanOfHook(_name, command, inputPath);
        if (request is not null) (_child, failure) = _services.System.Spawn(request);
        if (inputPath is not null) Remove(inputPath);
        if (_child is not { } child) return $"could not be run: {failure!.Sentence}";
        _timer = _services.Timers
            .After(timeout, () => Kill($"did not end within {Duration.Format(timeout)} and was killed"));
        child.OnExit(() => _services.Post(Ended));
        return null;
    }

    static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next daemon tries again.
        }
    }

    void Kill(string problem)
    {
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
        if (_services.System.KillLeftovers(new TreeMark(_child!.Pid, _cell.Key.Id, _cell.Key.Instance, _name)) is not 0)
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
                .LogWarning("hook {Hook} of {Name} {Problem}; what it printed was dropped", _name,
                    _cell.Definition.Name, problem);
        _ended(problem);
    }
}
