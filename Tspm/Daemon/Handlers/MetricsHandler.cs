using System.Globalization;
using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>metrics</c>: counters and measurements as text. Counters begin at the start of this daemon. Anything that costs
/// time is measured only on request.
/// </summary>
internal sealed class MetricsHandler() : Handler<MetricsRequest, MetricsResponse>(Methods.Metrics)
{
    /// <summary>How long to wait for the supervisor; a larger lag is reported as this value.</summary>
    static readonly TimeSpan LagPatience = TimeSpan.FromSeconds(2);

    public override async Task<MetricsResponse> Handle(DaemonContext context, MetricsRequest request, Requester? by)
    {
        var format = request.Format ?? MetricsFormat.OpenMetrics;
        if (!MetricsFormat.IsKnown(format))
        {
            throw new RequestException(
                ErrorCode.InvalidParams, $"params.format must be {MetricsFormat.Expected}, but is '{format}'",
                new RpcErrorData { Path = "params.format", Expected = MetricsFormat.Expected, Found = format });
        }
        var text = new MetricsText(format == MetricsFormat.OpenMetrics);
        Processes(context, text);
        Output(context, text);
        Requests(context.Counters, text);
        Connections(context, text);
        text.Family("loop_lag_seconds", MetricsText.Gauge,
            "Time the supervisor took to answer a request made for this reading.");
        text.Sample("loop_lag_seconds", await Lag(context));
        Self(context, text);
        return new MetricsResponse { Text = text.End() };
    }

    static void Processes(DaemonContext context, MetricsText text)
    {
        var views = context.Supervisor.Views();
        text.Family("processes", MetricsText.Gauge, "Number of instances in each state.");
        foreach (var (state, count) in StatusHandler.CountByState(context))
            text.Sample("processes", count, "state", state);
        text.Family("restarts", MetricsText.Counter,
            "Children started in place of an earlier one, by cause, since this daemon started.");
        foreach (var (cause, count) in context.Restarts.All()) text.Sample("restarts_total", count, "cause", cause);
        var statuses = Statuses.From(context, views);
        Each("process_up", MetricsText.Gauge,
            "1 when a child runs and is ready, otherwise 0.",
            static (status, _) => status.State == ProcessState.Online ? 1 : 0);
        Each("process_restarts", MetricsText.Gauge,
            "Children started in place of an earlier one, as shown by list; survives the daemon and is cleared by "
                + "reset.",
            static (status, _) => status.Restarts);
        Each("process_uptime_seconds", MetricsText.Gauge,
            "Time since the current child started.", static (status, _) => status.UptimeMs / 1000.0);
        Each("process_memory_bytes", MetricsText.Gauge,
            "Memory of the whole process tree (Pss).", static (status, _) => status.MemoryBytes);
        Each("process_cpu_ratio", MetricsText.Gauge,
            "CPU used by the whole process tree since the previous reading; 1 is one core.",
            static (status, _) => status.CpuPercent / 100);

        void Each(string name, string type, string help, Func<ProcessStatus, int, double?> value)
        {
            text.Family(name, type, help);
            foreach (var status in statuses)
                text.Sample(name, value(status, 0), "name", status.Name, "namespace", status.Namespace, "instance",
                    status.Instance.ToString(CultureInfo.InvariantCulture));
        }
    }

    static void Output(DaemonContext context, MetricsText text)
    {
        text.Family("log_bytes", MetricsText.Counter, "Output of children that was moved to log files.");
        text.Sample("log_bytes_total", context.Outputs.BytesMoved);
        text.Family("log_dropped_bytes", MetricsText.Counter,
            "Output of children that was dropped because a log file could not be written (log.onFull is drop).");
        text.Sample("log_dropped_bytes_total", context.Outputs.BytesDropped);
    }

    static void Requests(SocketCounters counters, MetricsText text)
    {
        text.Family("requests", MetricsText.Counter,
            "Requests by method and code; 0 is success, and docs/PROTOCOL.md lists the others.");
        for (var name = 0; name < SocketCounters.Names.Length; name++)
            for (var code = 0; code < SocketCounters.Codes.Length; code++)
                if (counters.Requests(name, code) is > 0 and var count)
                    text.Sample("requests_total", count, "method", SocketCounters.Names[name], "code",
                        SocketCounters.Codes[code].ToString(CultureInfo.InvariantCulture));
        text.Family("request_seconds", MetricsText.Histogram,
            "Time from the arrival of a request to its answer, without streams.");
        for (var name = 0; name < SocketCounters.Names.Length; name++) Histogram(counters, text, name);
    }

    static void Histogram(SocketCounters counters, MetricsText text, int name)
    {
        long total = 0;
        for (var bucket = 0; bucket <= SocketCounters.BucketMicroseconds.Length; bucket++)
            total += counters.InBucket(name, bucket);
        if (total == 0) return;
        long upTo = 0;
        var method = SocketCounters.Names[name];
        for (var bucket = 0; bucket < SocketCounters.BucketMicroseconds.Length; bucket++)
        {
            upTo += counters.InBucket(name, bucket);
            text.Sample("request_seconds_bucket", Math.Min(upTo, total), "method", method, "le",
                (SocketCounters.BucketMicroseconds[bucket] / 1e6).ToString("0.0#####", CultureInfo.InvariantCulture));
        }
        text.Sample("request_seconds_bucket", total, "method", method, "le", "+Inf");
        text.Sample("request_seconds_count", total, "method", method);
        text.Sample("request_seconds_sum", counters.Seconds(name), "method", method);
    }

    static void Connections(DaemonContext context, MetricsText text)
    {
        var counters = context.Counters;
        text.Family("connections", MetricsText.Gauge, "Clients that are connected.");
        text.Sample("connections", counters.Open);
        text.Family("connections_limit", MetricsText.Gauge, "Most clients that can be connected at once.");
        text.Sample("connections_limit", context.Limits.Connections);
        text.Family("connections_accepted", MetricsText.Counter, "Connections that were accepted.");
        text.Sample("connections_accepted_total", counters.Accepted);
        text.Family("connections_refused", MetricsText.Counter, "Connections that were refused, by reason.");
        text.Sample("connections_refused_total", counters.TooMany, "reason", "limit");
        text.Sample("connections_refused_total", counters.Strangers, "reason", "user");
        text.Family("connections_closed", MetricsText.Counter,
            "Connections that were closed at a deadline, by reason.");
        text.Sample("connections_closed_total", counters.SilentClients, "reason", "silent");
        text.Sample("connections_closed_total", counters.SlowReaders, "reason", "slow_reader");
        text.Family("heartbeats", MetricsText.Counter, "Heartbeats that were sent on streams.");
        text.Sample("heartbeats_total", counters.Heartbeats);
        text.Family("heartbeat_losses", MetricsText.Counter,
            "Streams that ended because their client was gone or did not read.");
        text.Sample("heartbeat_losses_total", counters.LostStreams);
    }

    static async Task<double> Lag(DaemonContext context)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            await context.Supervisor.Ask(new SupervisorQuery.Ping()).WaitAsync(LagPatience, context.Clock);
        }
        catch (TimeoutException)
        {
            // The lag is at least this long.
        }
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    static void Self(DaemonContext context, MetricsText text)
    {
        text.Family("daemon_memory_bytes", MetricsText.Gauge, "Memory of the daemon and its guardian (Pss).");
        text.Sample("daemon_memory_bytes",
            context.Readings.MemoryOf(System.Environment.ProcessId, context.GuardianPid));
        text.Family("daemon_cpu_seconds", MetricsText.Counter, "CPU time used by the daemon.");
        text.Sample("daemon_cpu_seconds_total",
            Tspm.Platform.Linux.Tree.ProcFiles.TryReadStat(System.Environment.ProcessId, out var stat)
                ? stat.CpuTime.TotalSeconds
                : null);
        text.Family("daemon_uptime_seconds", MetricsText.Gauge, "Time since the daemon started.");
        text.Sample("daemon_uptime_seconds", (context.Monotonic() - context.StartedMonotonic).TotalSeconds);
        text.Family("daemon", MetricsText.Info, "Version of the daemon and of its protocol.");
        text.Sample("daemon_info", 1, "version", ProductVersion.Current, "protocol",
            ProtocolVersion.Current.ToString(CultureInfo.InvariantCulture));
    }
}
