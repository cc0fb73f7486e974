using System.Globalization;
using Microsoft.Extensions.Logging;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Checks;

namespace Tspm.Supervision.Process;

/// <summary>
/// Receives a child's messages on its notify socket (man 3 sd_notify): ready, alive, more time needed, failed. Messages
/// from processes outside the child's tree are ignored. A run has a socket only if one of its probes uses it.
/// </summary>
internal sealed class ChildMessages(MachineServices services, IRunHost process, ChildRun run) : IDisposable
{
    IDisposable? _socket;
    bool _hasWarned;

    /// <summary>The last status text that the child sent; null if it sent none.</summary>
    public string? StatusText { get; set; }

    /// <summary>Monotonic time of the last WATCHDOG=1.</summary>
    public TimeSpan LastWatchdogPing { get; set; }

    /// <summary>Monotonic time up to which the child asked for more time (EXTEND_TIMEOUT_USEC).</summary>
    public TimeSpan ExtendedUntil { get; set; }

    /// <summary>The child has reported that it is shutting down by itself.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Opens the notify socket.</summary>
    /// <returns>Null on success.</returns>
    public SpawnFailure? Open()
    {
        _socket = services.Notify.Open(run.Id, OnMessage, out var failure);
        return failure;
    }

    /// <summary>
    /// Opens the socket again for a child that an earlier daemon started. If that fails, the child runs on without it,
    /// which is better than stopping it.
    /// </summary>
    public void Reopen()
    {
        if (Open() is { } failure)
            services.Log.LogWarning(
                "{Name} can no longer send notify messages: {Problem}", process.Definition.Name, failure.Sentence);
    }

    /// <summary>The variables that tell the child about its socket and watchdog interval.</summary>
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

    void OnMessage(int pid, uint uid, string text)
    {
        if (run.Owner is not { } owner || run.IsExitKnown || run.Child is not { } child) return;
        var mark = new TreeMark(child.Pid, process.Key.Id, process.Key.Instance) { Run = run.Mark };
        if (!RunTree.Contains(services, mark, pid, uid))
        {
            WarnOfForeignSender(pid);
            return;
        }
        var message = new NotifyMessage(text);
        if (message.IsWatchdogPing) LastWatchdogPing = services.Timers.Now;
        if (message.IsStopping) IsStopping = true;
        if (message.Extension is { } more) ExtendedUntil = services.Timers.Now + more;
        var isNewStatus = message.Status is { } status && status != StatusText;
        if (isNewStatus) StatusText = message.Status;
        if (isNewStatus || message.Extension is not null || message.IsReady || message.IsWatchdogTrigger)
        {
            process.Save();
            process.Publish();
        }
        if (message.IsReady && run.Ready is { Notify: not null }) owner.BecameReady(run);
        if (message.IsWatchdogTrigger && run.Health is { Notify: not null }) owner.TriggeredWatchdog(run);
    }

    void WarnOfForeignSender(int pid)
    {
        if (!_hasWarned)
            services.Log.LogWarning(
                "ignored a notify message for {Name} from process {Pid}, which is not in its process tree",
                process.Definition.Name, pid);
        _hasWarned = true;
    }
}
