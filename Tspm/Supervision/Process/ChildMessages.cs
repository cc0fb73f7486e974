using System.Globalization;
using Microsoft.Extensions.Logging;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Checks;

namespace Tspm.Supervision.Process;

/// <summary>
/// What a child says of itself over its notify socket (man 3 sd_notify): that it is ready, alive, needs more time, or
/// is of no use. Only processes of its own tree are listened to. A run has it only when one of its probes asks for it.
/// </summary>
internal sealed class ChildMessages(MachineServices services, IRunHost process, ChildRun run) : IDisposable
{
    IDisposable? _socket;
    bool _heardStranger;

    /// <summary>What the child said last of its state; null: nothing.</summary>
    public string? StatusText { get; set; }

    /// <summary>Monotonic time of the last WATCHDOG=1.</summary>
    public TimeSpan LastSignOfLife { get; set; }

    /// <summary>Monotonic time until which it asked for patience (EXTEND_TIMEOUT_USEC).</summary>
    public TimeSpan ExtendedUntil { get; set; }

    /// <summary>It said that it goes down by itself.</summary>
    public bool IsLeaving { get; private set; }

    /// <summary>Opens the socket by which the child speaks. Null: fine.</summary>
    public SpawnFailure? Open()
    {
        _socket = services.Notify.Open(run.Id, Hear, out var failure);
        return failure;
    }

    /// <summary>
    /// The same for a child that an earlier daemon started. Without it the child goes on as if it had no probe to speak
    /// to; that is better than to end it.
    /// </summary>
    public void OpenAgain()
    {
        if (Open() is { } failure)
            services.Log.LogWarning(
                "{Name} cannot be heard any more: {Problem}", process.Definition.Name, failure.Sentence);
    }

    /// <summary>What the child's environment has to say of it.</summary>
    public Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = services.Notify.NameOf(run.Id) };
        if (run.Health is { Notify: not null } health)
        {
            var interval = health.IntervalMs ?? Probe.DefaultInterval.TotalMilliseconds;
            variables["WATCHDOG_USEC"] = (interval * 1000).ToString(CultureInfo.InvariantCulture);
        }
        return variables;
    }

    public void Dispose() => _socket?.Dispose();

    void Hear(int pid, uint uid, string text)
    {
        if (run.Owner is not { } owner || run.IsExitKnown || run.Child is not { } child) return;
        var mark = new TreeMark(child.Pid, process.Key.Id, process.Key.Instance) { Run = run.Mark };
        if (!RunTree.Contains(services, mark, pid, uid))
        {
            WarnOfStranger(pid);
            return;
        }
        var message = new NotifyMessage(text);
        if (message.IsSignOfLife) LastSignOfLife = services.Timers.Now;
        if (message.IsStopping) IsLeaving = true;
        if (message.Extension is { } more) ExtendedUntil = services.Timers.Now + more;
        var isNewStatus = message.Status is { } status && status != StatusText;
        if (isNewStatus) StatusText = message.Status;
        if (isNewStatus || message.Extension is not null || message.IsReady || message.IsCallForHelp)
        {
            process.Save();
            process.Publish();
        }
        if (message.IsReady && run.Ready is { Notify: not null }) owner.BecameReady(run);
        if (message.IsCallForHelp && run.Health is { Notify: not null }) owner.AskedForHelp(run);
    }

    void WarnOfStranger(int pid)
    {
        if (!_heardStranger)
            services.Log.LogWarning(
                "a readiness message for {Name} from process {Pid}, which is not of its tree, was ignored",
                process.Definition.Name, pid);
        _heardStranger = true;
    }
}
