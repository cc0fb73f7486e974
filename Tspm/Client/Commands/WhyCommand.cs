using System.Globalization;
using System.Text;
using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Client.Running;
using Tspm.Client.Why;
using Tspm.Model.Selecting;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>why</c>: shows how the last children of a process ended and the known causes, from the event log, and the last
/// lines of the newest child from its log. It works without a daemon.
/// </summary>
[RegisterCommands]
internal sealed class WhyCommand
{
    /// <summary>
    /// The least number of events to read, enough for about a hundred crashes; and the number of events per exit.
    /// </summary>
    const int LeastEvents = 1000, EventsPerExit = 8;

    const int LinesShown = 10;

    [Command("why")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var most = line.NumberOf("lines") ?? LinesShown;
        var shown = line.NumberOf("exits") ?? WhyReport.DefaultExits;
        var report = new WhyReport(shown);
        var eventCount = (int)Math.Min(int.MaxValue, Math.Max(LeastEvents, (long)shown * EventsPerExit));
        // One connection for all requests: to another machine, each connection is a separate ssh login.
        var request = new EventsRequest { Selectors = line.Selectors, Lines = eventCount };
        DateTimeOffset? first = null;
        var count = 0;
        using var daemon = new EventStream(session, request, happened =>
        {
            first ??= happened.Time;
            count++;
            report.Add(happened);
            return true;
        }).RunAndKeep();
        if (count >= eventCount) report.KnownSince = first;
        if (daemon is not null && Present(daemon) is { } present)
        {
            var wanted = Wanted(present, line.Words, report);
            foreach (var status in wanted) report.Add(status);
            report.Complete(static instance => instance.Status is not null);
            WhyChanges.Add(daemon, report);
        }
        else report.Complete(session.Remote is null ? Defined(session.Home) : null);
        foreach (var instance in report.Instances)
        {
            if (most > 0 && instance.Newest?.RunId is { } run)
                instance.LastLines = LastLines(session, daemon, instance, run, most);
        }
        var json = line.IsOn("json");
        if (report.Instances.Count == 0 && !json) session.Err.WriteLine(NothingToShow.NoProcesses);
        WhyPrinter.Print(session.Out, report, json);
        return ExitCodes.Done;
    });

    /// <summary>
    /// Selects the processes to report: those that the words match, which may have no events; or, if a word matches
    /// only a deleted process, those that have events.
    /// </summary>
    static List<ProcessStatus> Wanted(
        IReadOnlyList<ProcessStatus> present, string[] words, WhyReport report)
    {
        SelectorTarget[] targets = [.. present.Select(static status =>
            new SelectorTarget(status.Id, status.Name, status.Namespace, status.Instance))];
        string[] selectors = words.Length > 0 ? words : [Selector.All];
        var result = SelectorMatcher.Resolve(selectors, targets);
        return [.. present.Where(status => result.IsKnown
            ? result.Matches.Any(match => match.Id == status.Id && match.Instance == status.Instance)
            : report.Find(status.Id, status.Instance) is not null)];
    }

    /// <summary>Returns whether an instance is defined, for use without a daemon.</summary>
    static Func<WhyInstance, bool> Defined(TspmHome home)
    {
        var all = new ProcessStore(home, TimeProvider.System).Peek().Processes;
        return instance => all.Any(known => known.Id == instance.Id && instance.Instance < known.Instances);
    }

    /// <returns>The status of all processes, or null if the daemon has ended meanwhile.</returns>
    static IReadOnlyList<ProcessStatus>? Present(DaemonClient daemon)
    {
        try
        {
            var request = new ListRequest();
            return daemon.Call(Methods.List, request).Processes;
        }
        catch (DaemonException missing) when (missing.Code == LocalError.Disconnected)
        {
            return null;
        }
    }

    /// <returns>The last lines of a run; empty if it printed nothing, or its log is gone.</returns>
    static List<string> LastLines(
        ClientSession session, DaemonClient? daemon, WhyInstance instance, string run, int most)
    {
        var selector = string.Create(CultureInfo.InvariantCulture, $"{instance.Name}:{instance.Instance}");
        var request = new LogsRequest { Selectors = [selector], Run = run, Lines = most };
        var lines = new List<string>();
        try
        {
            if (daemon is null) Offline();
            else
            {
                daemon.Stream(Methods.Logs, request, notification =>
                {
                    if (notification.Method == Notifications.Log) AddLine(notification.ReadParams(Wire.Json.LogLine));
                    return true;
                });
            }
        }
        catch (DaemonException lost) when (lost.Code == LocalError.Disconnected && session.Remote is null)
        {
            lines.Clear();
            Offline();
        }
        catch (DaemonException none) when (none.Code is ErrorCode.Failed or ErrorCode.NoSuchProcess)
        {
            // The run printed nothing, or the process was deleted.
        }
        return lines.Count > most ? lines[^most..] : lines;

        void AddLine(LogLine line)
        {
            if (line.LostBytes is null)
                lines.Add(line.Text ?? Encoding.UTF8.GetString(Convert.FromBase64String(line.Base64 ?? "")));
        }

        void Offline()
        {
            try
            {
                session.OfflineLogs?.Invoke(request, static _ => { }, line =>
                {
                    AddLine(line);
                    return true;
                });
            }
            catch (DaemonException)
            {
                // The run printed nothing, or the process was deleted.
            }
        }
    }
}
