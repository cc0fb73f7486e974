using System.Globalization;
using Tspm.Platform.Linux.Sockets;
using Tspm.Supervision;
using Tspm.Supervision.Process;

namespace Tspm.Daemon;

/// <summary>
/// What the service manager is told (systemd, or whoever sets NOTIFY_SOCKET). All of it comes from the supervisor's
/// loop, the sign of life above all: a loop that hangs gives none. Without a service manager none of this does
/// anything. Children cannot speak here: they do not get the socket's name.
/// </summary>
internal sealed class ServiceManager(TimerQueue timers, int guardianPid, Func<IReadOnlyList<ProcessView>> views)
{
    /// <summary>A crash loop must not become a stream of messages.</summary>
    static readonly TimeSpan SettleFor = TimeSpan.FromSeconds(1);

    static readonly TimeSpan AgainAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>While children are being stopped: how long we may still take, and how often that is said.</summary>
    static readonly TimeSpan Extension = TimeSpan.FromSeconds(20), ExtendEvery = TimeSpan.FromSeconds(5);

    string _status = "";
    bool _armed, _stopping;

    /// <summary>
    /// It answers. The process that counts is the guardian: it lives on when a daemon dies or is upgraded.
    /// </summary>
    public void Ready()
    {
        if (!ServiceNotify.IsWanted) return;
        _status = Status();
        Tell(string.Create(CultureInfo.InvariantCulture, $"READY=1\nMAINPID={guardianPid}\nSTATUS={_status}"));
        if (ServiceNotify.WatchdogInterval(guardianPid) is { } interval) GiveSignOfLife(interval);
    }

    /// <summary>A state may be another one now.</summary>
    public void Changed()
    {
        if (!ServiceNotify.IsWanted || _armed || _stopping) return;
        _armed = true;
        timers.After(SettleFor, TellStatus);
    }

    /// <summary>The children are being stopped, which takes as long as their timeouts.</summary>
    public void Stopping()
    {
        if (!ServiceNotify.IsWanted) return;
        _stopping = true;
        Tell("STOPPING=1\nSTATUS=stopping all processes");
        Extend();
    }

    void TellStatus()
    {
        _armed = false;
        var status = Status();
        if (status == _status || _stopping) return;
        _status = status;
        Tell("STATUS=" + status);
    }

    void GiveSignOfLife(TimeSpan interval)
    {
        _ = ServiceNotify.Send("WATCHDOG=1");
        timers.After(interval, () => GiveSignOfLife(interval));
    }

    void Extend()
    {
        _ = ServiceNotify
            .Send(string.Create(CultureInfo.InvariantCulture,
                $"EXTEND_TIMEOUT_USEC={(long)Extension.TotalMicroseconds}"));
        timers.After(ExtendEvery, Extend);
    }

    /// <summary>What must arrive: again, when nobody reads just now.</summary>
    void Tell(string lines)
    {
        if (!ServiceNotify.Send(lines)) timers.After(AgainAfter, () => Tell(lines));
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
            if (count > 0)
                text += string
                    .Create(CultureInfo.InvariantCulture,
                        $"{(text.Length > 0 ? ", " : "")}{count} {Tspm.Model.State.StateNames.Of(state)}");
        }
        return text.Length > 0 ? text : "no processes";
    }
}
