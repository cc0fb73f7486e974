using Tspm.Client.Commands;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Running;

/// <summary>
/// <c>start --attach</c>: shows the output of the started processes. If they end on their own (jobs, and processes that
/// are not always restarted), the command ends with the last one and returns its exit code as a shell would; otherwise
/// it continues until Ctrl-C.
/// </summary>
internal sealed class Attached
{
    readonly ClientSession _session;
    readonly List<string> _names;
    readonly HashSet<InstanceKey> _instances;
    IReadOnlyList<ProcessStatus> _last = [];

    Attached(ClientSession session, IReadOnlyList<ProcessOutcome> started)
    {
        _session = session;
        _names = started.Select(static process => process.Name).Distinct().ToList();
        _instances = started.Select(static process => new InstanceKey(process.Id, process.Instance)).ToHashSet();
    }

    /// <summary>Shows logs, and returns the exit code.</summary>
    /// <param name="session">Connects to the daemon.</param>
    /// <param name="started">The started processes.</param>
    /// <param name="since">The time of the start by the clock of the daemon's machine; null if unknown.</param>
    /// <param name="json">Whether to print lines as JSON.</param>
    public static int Show(ClientSession session, IReadOnlyList<ProcessOutcome> started, DateTimeOffset? since,
        bool json) =>
        new Attached(session, started).Show(since, json);

    int Show(DateTimeOffset? since, bool json)
    {
        var request = new LogsRequest
        {
            Selectors = _names,
            Follow = true,
            Since = LogsCommand.Iso(since),
            Events = true,
        };
        var printer = new LogPrinter(_session.Out, _session.Err, raw: false, json);
        var configs = Configs();
        if (configs.Exists(static config => RestartPolicy.From(config).Mode == RestartMode.Always))
            return LogsCommand.Show(_session, request with { Events = json ? null : true, Since = null }, printer);
        // Without restarts, the only events are the start and the end, which this command reports itself.
        var hidesEvents = json || configs.TrueForAll(
            static config => RestartPolicy.From(config).Mode == RestartMode.Never);
        var isOver = false;
        var stream = new LogStream(_session, request, printer)
        {
            HidesEvents = hidesEvents,
            IsOver = () => isOver = isOver || AreDown(),
        };
        LogsCommand.Show(_session, stream, request, printer);
        if (!isOver) return ExitCodes.Done;
        // The program's last output may arrive after the event of its exit.
        var rest = new LogStream(_session, stream.Rest, printer) { HidesEvents = hidesEvents };
        LogsCommand.Show(_session, rest, stream.Rest, printer, mayBeEmpty: true);
        _session.Out.Flush();
        return ExitCode();
    }

    List<ProcessConfig> Configs()
    {
        using var daemon = _session.ConnectToRead();
        var described = daemon.Call(Methods.Describe, new DescribeRequest { Selectors = _names });
        return [.. described.Processes.Select(static process => process.Config)];
    }

    /// <summary>Whether none of them is running, or will be started automatically.</summary>
    bool AreDown()
    {
        try
        {
            using var daemon = _session.ConnectToRead();
            var list = daemon.Call(Methods.List, new ListRequest { Selectors = _names });
            _last = [.. list.Processes.Where(
                status => _instances.Contains(new InstanceKey(status.Id, status.Instance)))];
        }
        catch (DaemonException gone) when (gone.Code == ErrorCode.NoSuchProcess)
        {
            _last = [];
        }
        return _last.All(static status => status.State is ProcessState.Stopped or ProcessState.Errored);
    }

    /// <summary>
    /// The exit code of the first process that failed; a failure if all of them were deleted meanwhile.
    /// </summary>
    int ExitCode()
    {
        if (_last.Count == 0) return ExitCodes.Failed;
        foreach (var status in _last)
        {
            if (status is { ExitCode: 0, State: ProcessState.Stopped }) continue;
            var name = Display.Name(status.Name, status.Instance, _last.Count > 1);
            _session.Err.WriteLine($"{name}: {HowItEnded(status)}");
            if (status.ExitCode is > 0 and var code) return code;
            if (status.Signal is { } signal && Signals.TryParse(signal, out var number))
                return ExitCodes.ForSignal(number);
            return ExitCodes.Failed;
        }
        return ExitCodes.Done;
    }

    /// <summary>
    /// How the last child ended. That a job is not restarted is what its user wants, so the restart policy is left out.
    /// </summary>
    static string HowItEnded(ProcessStatus status) => status switch
    {
        { State: ProcessState.Errored } => Display.Text(status.Reason),
        { ExitCode: { } code } => $"exited with code {Display.Number(code)}",
        { Signal: { } signal } => $"was killed by {Display.Text(signal)}",
        _ => Display.Text(status.Reason),
    };
}
