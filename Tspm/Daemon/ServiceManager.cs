using System.Globalization;
using Tspm.Platform.Linux.Sockets;
using Tspm.Supervision;
using Tspm.Supervision.Process;

namespace Tspm.Daemon;

/// <summary>
/// Notifies the service manager (systemd, or whoever sets NOTIFY_SOCKET; man 3 sd_notify). All messages come from the
/// supervisor's loop, above all those for the watchdog: a loop that hangs sends none. Without a service manager all
/// methods do nothing. Children cannot send here, because they do not get the name of the socket.
/// </summary>
internal sealed class ServiceManager(TimerQueue timers, int guardianPid, Func<IReadOnlyList<ProcessView>> views)
{
    /// <summary>Delay that combines several changes into one message, so that a crash loop sends few.</summary>
    static readonly TimeSpan CoalescingDelay = TimeSpan.FromSeconds(1);

    static readonly TimeSpan ResendAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>How much time is requested while children are being stopped, and how often.</summary>
    static readonly TimeSpan Extension = TimeSpan.FromSeconds(20), ExtendEvery = TimeSpan.FromSeconds(5);

    string _status = "";
    bool _armed, _stopping;

    /// <summary>
    /// Reports that the daemon is ready. The main process is the guardian, because it outlives a daemon that dies or is
    /// upgraded.
    /// </summary>
    public void Ready()
    {
        if (!ServiceNotify.IsWanted) return;
        _status = Status();
        Send(string.Create(CultureInfo.InvariantCulture, $"READY=1\nMAINPID={guardianPid}\nSTATUS={_status}"));
        if (ServiceNotify.WatchdogInterval(guardianPid) is { } interval) PingWatchdog(interval);
    }

    /// <summary>Sends a new status soon, because the state of a process may have changed.</summary>
    public void Changed()
    {
        if (!ServiceNotify.IsWanted || _armed || _stopping) return;
        _armed = true;
        timers.After(CoalescingDelay, SendStatus);
    }

    /// <summary>Reports that all children are being stopped, which may take as long as their timeouts.</summary>
    public void Stopping()
    {
        if (!ServiceNotify.IsWanted) return;
        _stopping = true;
        Send("STOPPING=1\nSTATUS=stopping all processes");
        Extend();
    }

    void SendStatus()
    {
        _armed = false;
        var status = Status();
        if (status == _status || _stopping) return;
        _status = status;
        Send("STATUS=" + status);
    }

    void PingWatchdog(TimeSpan interval)
    {
        _ = ServiceNotify.Send("WATCHDOG=1");
        timers.After(interval, () => PingWatchdog(interval));
    }

    void Extend()
    {
        var microseconds = (long)Extension.TotalMicroseconds;
        _ = ServiceNotify.Send(string.Create(CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={microseconds}"));
        timers.After(ExtendEvery, Extend);
    }

    /// <summary>Sends a message that must arrive, and retries while the service manager is not reading.</summary>
    void Send(string lines)
    {
        if (!ServiceNotify.Send(lines)) timers.After(ResendAfter, () => Send(lines));
    }

    string Status()
    {
        var text = "";
        var all = views();
        foreach (var state in Tspm.Model.State.StateNames.All)
        {
            var count = 0;
            foreach (var view in all)
                if (view.State.Observed == state) count++;
            if (count == 0) continue;
            if (text.Length > 0) text += ", ";
            text += string.Create(CultureInfo.InvariantCulture, $"{count} {Tspm.Model.State.StateNames.NameOf(state)}");
        }
        return text.Length > 0 ? text : "no processes";
    }
}
