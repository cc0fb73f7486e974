using System.Globalization;
using ConsoleAppFramework;
using Tspm.Boot;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Launching;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>status</c>: shows the status of the daemon. Without a daemon the exit code is 4, and <c>--json</c> prints the
/// same object with <c>running</c> false.
/// </summary>
[RegisterCommands]
internal sealed class StatusCommand
{
    [Command("status")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var json = line.IsOn("json");
        try
        {
            // If systemd owns the socket, connecting would start a daemon just to show its status.
            if (ServiceLauncher.Find(session.Home) is SystemdService { StartsAtFirstCommand: true, IsActive: false })
                throw new DaemonException(LocalError.NotRunning,
                    "no daemon is running; systemd starts one at the next command");
            using var daemon = session.ConnectToRead();
            var status = daemon.Call(Methods.Status, new StatusRequest());
            if (json) JsonPrinter.Print(session.Out, status, PrintJson.Readable.StatusResponse);
            else Print(session.Out, status);
            return ExitCodes.Done;
        }
        catch (DaemonException silent) when (silent.Code is LocalError.NoAnswerInTime or LocalError.Disconnected)
        {
            if (DeathsOf(session) is not { } note) throw;
            var status = NotRunning(session) with
            {
                GuardianPid = note.GuardianPid,
                DaemonDeaths = note.Deaths,
                Troubles = [silent.Message],
            };
            if (json) JsonPrinter.Print(session.Out, status, PrintJson.Readable.StatusResponse);
            else PrintDeaths(session.Out, note.Deaths);
            throw;
        }
        catch (DaemonException missing) when (missing.Code == LocalError.NotRunning)
        {
            var status = NotRunning(session);
            if (json) JsonPrinter.Print(session.Out, status, PrintJson.Readable.StatusResponse);
            else if (status.Service.Kind != "none") PrintService(session.Out, status.Service);
            throw;
        }
    });

    /// <returns>The note of a living guardian whose daemons die, or null if there is none on this machine.</returns>
    static DaemonDeathsNote? DeathsOf(ClientSession session) =>
        session.Remote is null ? DaemonDeathText.Read(session.Home) : null;

    static StatusResponse NotRunning(ClientSession session) => new()
    {
        Running = false,
        Version = ProductVersion.Current,
        ProtocolVersion = ProtocolVersion.Current,
        SocketPath = session.Remote is null
            ? session.Home.SocketPath
            : "",
        Home = session.Remote is null ? session.Home.Path : "",
        Processes = new Dictionary<string, int>(),
        Service = session.Remote is null
            ? ServiceStatusReader.Read(session.Home, null)
            : new ServiceStatus { Kind = "none", Enabled = false, Active = false },
        Troubles = session.Remote is null && session.UnmanagedNotice() is { } notice ? [notice] : [],
    };

    static void Print(OutputWriter output, StatusResponse status)
    {
        Line(output, "daemon", status.Running ? "running" : "not running");
        Line(output, "pid", Display.Number(status.Pid));
        Line(output, "guardian pid", Display.Number(status.GuardianPid));
        Line(output, "version",
            string.Create(CultureInfo.InvariantCulture, $"{status.Version} (protocol {status.ProtocolVersion})"));
        Line(output, "uptime", Display.Uptime(status.UptimeMs));
        Line(output, "memory", Display.Memory(status.MemoryBytes));
        Line(output, "home", status.Home);
        Line(output, "socket", status.SocketPath);
        var counts = status.Processes.Where(static pair => pair.Value > 0)
            .Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value} {pair.Key}"));
        Line(output, "processes", string.Join(", ", counts) is { Length: > 0 } text ? text : "none");
        PrintService(output, status.Service);
        if (status.Counters is { } counters && status.Limits is { } limits) PrintSocket(output, counters, limits);
        if (status.DaemonDeaths is { Count: > 0 } deaths) PrintDeaths(output, deaths);
        foreach (var trouble in status.Troubles) Line(output, "trouble", trouble);
    }

    static void PrintDeaths(OutputWriter output, DaemonDeaths deaths) =>
        Line(output, "daemon deaths", deaths.Words(static time => Display.Time(time)));

    static void PrintService(OutputWriter output, ServiceStatus service)
    {
        if (service.Kind == "none") Line(output, "boot service", "none");
        else
        {
            var since = service.Since is { } began ? $" since {Display.Time(began)}" : "";
            var enabled = service.Enabled ? "enabled" : "not enabled";
            var active = service.Active ? $"active{since}" : "not active";
            var lingers = service.Linger == true ? ", lingers" : "";
            Line(output, "boot service", $"{service.Kind}, {enabled}, {active}{lingers}");
        }
        if (service.UnitPath is { } unit) Line(output, "unit", unit);
        if (service.Hint is { } hint) Line(output, "to do", hint);
    }

    /// <summary>Prints the counters of the control socket, which show a flood of requests.</summary>
    static void PrintSocket(OutputWriter output,
        IReadOnlyDictionary<string, long> counters, IReadOnlyDictionary<string, int> limits)
    {
        string Counter(string name) =>
            counters.TryGetValue(name, out var value) ? value.ToString(CultureInfo.InvariantCulture) : "-";
        string Limit(string name) =>
            limits.TryGetValue(name, out var value) ? value.ToString(CultureInfo.InvariantCulture) : "-";
        Line(output, "connections",
            $"{Counter("connections")}/{Limit("connections")} "
                + $"(refused: {Counter("connectionsRefused")} over the limit, "
                + $"{Counter("strangersRefused")} of other users; "
                + $"closed: {Counter("silentClosed")} idle, {Counter("slowReadersClosed")} slow readers)");
        Line(output, "requests",
            $"{Counter("requests")} ({Counter("requestErrors")} failed, {Counter("requestsTooFast")} over the limit of "
                + $"{Limit("requestsPerSecond")} per second, {Limit("requestBurst")} at once)");
    }

    static void Line(OutputWriter output, string label, string value)
    {
        var shown = ControlText.Escape(HintedCommands.Complete(value));
        output.WriteLine((output.IsTerminal ? label.PadRight(14) : label + "\t") + shown);
    }
}
