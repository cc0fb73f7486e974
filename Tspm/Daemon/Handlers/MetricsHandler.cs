using System.Globalization;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Daemon.Handlers;

/// <summary><c>metrics</c>: what is counted and measured, as OpenMetrics. Counters begin with this daemon. What costs something is read when somebody asks and at no other time.</summary>
internal static class MetricsHandler
{
    /// <summary>A supervisor that is busier than that is said to be so.</summary>
    static readonly TimeSpan LagPatience = TimeSpan.FromSeconds(2);

    public static async Task<MetricsResponse> Handle(DaemonContext context, MetricsRequest request)
    {
        var text = new OpenMetricsText();
        Processes(context, text);
        Output(context, text);
        Requests(context.Counters, text);
        Connections(context, text);
        text.Family("loop_lag_seconds", "gauge", "How long the supervisor took just now to turn to something new.");
        text.Sample("loop_lag_seconds", await Lag(context));
        Self(context, text);
        return new MetricsResponse { Text = text.End() };
    }

    static void Processes(DaemonContext context, OpenMetricsText text)
    {
        var views = context.Supervisor.Views();
        text.Family("processes", "gauge", "Instances by state.");
        foreach (var (state, count) in StatusHandler.CountByState(context)) text.Sample("processes", count, "state", state);
        text.Family("restarts", "counter", "Children that followed another one, by cause.");
        foreach (var (cause, count) in context.Restarts.All()) text.Sample("restarts_total", count, "cause", cause);
        var statuses = Statuses.Of(context, views);
        Each("process_up", "gauge", "1: a child runs and is ready.", static (status, _) => status.State == ProcessState.Online ? 1 : 0);
        Each("process_restarts", "gauge", "Children that followed another one, as list shows them: kept over daemons, cleared by reset.", static (status, _) => status.Restarts);
        Each("process_uptime_seconds", "gauge", "Of the present child.", static (status, _) => status.UptimeMs / 1000.0);
        Each("process_memory_bytes", "gauge", "Of the whole tree.", static (status, _) => status.MemoryBytes);
        Each("process_cpu_ratio", "gauge", "CPU of the whole tree since the reading before; 1 is one core.", static (status, _) => status.CpuPercent / 100);

        void Each(string name, string type, string help, Func<ProcessStatus, int, double?> value)
        {
            text.Family(name, type, help);
            foreach (var status in statuses)
                text.Sample(name, value(status, 0), "name", status.Name, "namespace", status.Namespace, "instance", status.Instance.ToString(CultureInfo.InvariantCulture));
        }
    }

    static void Output(DaemonContext context, OpenMetricsText text)
    {
        text.Family("log_bytes", "counter", "Output of children that was moved into log files.");
        text.Sample("log_bytes_total", context.Outputs.BytesMoved);
        text.Family("log_dropped_bytes", "counter", "Output of children that was dropped because a log file took no more (log.onFull: drop).");
        text.Sample("log_dropped_bytes_total", context.Outputs.BytesDropped);
    }

    static void Requests(SocketCounters counters, OpenMetricsText text)
    {
        text.Family("requests", "counter", "Requests by method and code; 0 is success, see docs/PROTOCOL.md for the others.");
        for (var name = 0; name < SocketCounters.Names.Length; name++)
            for (var code = 0; code < SocketCounters.Codes.Length; code++)
                if (counters.Requests(name, code) is > 0 and var count)
                    text.Sample("requests_total", count, "method", SocketCounters.Names[name], "code", SocketCounters.Codes[code].ToString(CultureInfo.InvariantCulture));
        text.Family("request_seconds", "histogram", "From a request being there to its answer; streams are not in it.");
        for (var name = 0; name < SocketCounters.Names.Length; name++) Histogram(counters, text, name);
    }

    static void Histogram(SocketCounters counters, OpenMetricsText text, int name)
    {
        long total = 0;
        for (var bucket = 0; bucket <= SocketCounters.BucketMicroseconds.Length; bucket++) total += counters.InBucket(name, bucket);
        if (total == 0) return;
        long upTo = 0;
        var method = SocketCounters.Names[name];
        for (var bucket = 0; bucket < SocketCounters.BucketMicroseconds.Length; bucket++)
        {
            upTo += counters.InBucket(name, bucket);
            text.Sample("request_seconds_bucket", Math.Min(upTo, total), "method", method, "le", (SocketCounters.BucketMicroseconds[bucket] / 1e6).ToString("0.0#####", CultureInfo.InvariantCulture));
        }
        text.Sample("request_seconds_bucket", total, "method", method, "le", "+Inf");
        text.Sample("request_seconds_count", total, "method", method);
        text.Sample("request_seconds_sum", counters.Seconds(name), "method", method);
    }

    static void Connections(DaemonContext context, OpenMetricsText text)
    {
        var counters = context.Counters;
        text.Family("connections", "gauge", "Clients at this moment.");
        text.Sample("connections", counters.Open);
        text.Family("connections_limit", "gauge", "Clients at most.");
        text.Sample("connections_limit", context.Limits.Connections);
        text.Family("connections_accepted", "counter", "Clients that were let in.");
        text.Sample("connections_accepted_total", counters.Accepted);
        text.Family("connections_refused", "counter", "Clients that were not let in, by reason.");
        text.Sample("connections_refused_total", counters.TooMany, "reason", "limit");
        text.Sample("connections_refused_total", counters.Strangers, "reason", "user");
        text.Family("connections_closed", "counter", "Connections that were closed by a deadline.");
        text.Sample("connections_closed_total", counters.SilentClients, "reason", "silent");
        text.Sample("connections_closed_total", counters.SlowReaders, "reason", "slow_reader");
        text.Family("heartbeats", "counter", "Signs of life that were sent on streams.");
        text.Sample("heartbeats_total", counters.Heartbeats);
        text.Family("heartbeat_losses", "counter", "Streams whose client was found gone, or closed because it did not read, when something was sent to it.");
        text.Sample("heartbeat_losses_total", counters.LostStreams);
    }

    static async Task<double> Lag(DaemonContext context)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            await context.Supervisor.Ask(static _ => true).WaitAsync(LagPatience, context.Clock);
        }
        catch (TimeoutException)
        {
            // At least so much.
        }
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    static void Self(DaemonContext context, OpenMetricsText text)
    {
        text.Family("daemon_memory_bytes", "gauge", "Of daemon and guardian together (Pss).");
        text.Sample("daemon_memory_bytes", context.Readings.MemoryOf(System.Environment.ProcessId, context.GuardianPid));
        text.Family("daemon_cpu_seconds", "counter", "CPU time of the daemon.");
        text.Sample("daemon_cpu_seconds_total", Platform.Linux.ProcFiles.TryReadStat(System.Environment.ProcessId, out var stat) ? stat.CpuTime.TotalSeconds : null);
        text.Family("daemon_uptime_seconds", "gauge", "Since this daemon started.");
        text.Sample("daemon_uptime_seconds", (context.Monotonic() - context.StartedMonotonic).TotalSeconds);
        text.Family("daemon", "info", "Which one it is.");
        text.Sample("daemon_info", 1, "version", ProductVersion.Current, "protocol", ProtocolVersion.Current.ToString(CultureInfo.InvariantCulture));
    }
}
