using Tspm.Client.Commands;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Running;

/// <summary>
/// <c>start --attach</c>: shows what the started processes print. Of programs that end by themselves (jobs, and others
/// that are not always restarted) the command ends with the last one and has its exit code, as a shell would report it;
/// otherwise it goes on until Ctrl-C.
/// </summary>
internal sealed class Attached
{
    /// <summary>What a shell adds to the number of a signal.</summary>
    const int SignalBase = 128;

    readonly ClientSession _session;
    readonly List<string> _names;
    readonly HashSet<(int Id, int Instance)> _instances;
    IReadOnlyList<ProcessStatus> _last = [];

    Attached(ClientSession session, IReadOnlyList<ProcessOutcome> started)
    {
        _session = session;
        _names = started.Select(static process => process.Name).Distinct().ToList();
        _instances = started.Select(static process => (process.Id, process.Instance)).ToHashSet();
    }

    /// <summary>Shows logs, and returns the exit code.</summary>
    /// <param name="session">The way to the daemon.</param>
    /// <param name="started">What was started.</param>
    /// <param name="since">When, by the clock of the daemon's machine; null: not known.</param>
    /// <param name="json">Lines are printed as JSON.</param>
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
        if (!EndByThemselves())
            return LogsCommand.Show(_session, request with { Events = json ? null : true, Since = null }, printer);
        var isOver = false;
        var stream = new LogStream(_session, request, printer)
        {
            HidesEvents = json,
            IsOver = () => isOver = isOver || AreDown(),
        };
        LogsCommand.Show(_session, stream, request, printer);
        if (!isOver) return ExitCodes.Done;
        // What the program wrote on its way out may have come after the news of its end.
        var rest = new LogStream(_session, stream.Rest, printer) { HidesEvents = json };
        LogsCommand.Show(_session, rest, stream.Rest, printer);
        _session.Out.Flush();
        return ExitCode();
    }

    bool EndByThemselves()
    {
        using var daemon = _session.ConnectToRead();
        var described = daemon.Call(Methods.Describe, new DescribeRequest { Selectors = _names });
        return described.Processes.All(static process => RestartPolicy.Of(process.Config).Mode != RestartMode.Always);
    }

    /// <summary>None of them has a child, or is going to get one by itself.</summary>
    bool AreDown()
    {
        try
        {
            using var daemon = _session.ConnectToRead();
            var list = daemon.Call(Methods.List, new ListRequest { Selectors = _names });
            _last = [.. list.Processes.Where(status => _instances.Contains((status.Id, status.Instance)))];
        }
        catch (DaemonException gone) when (gone.Code == ErrorCode.NoSuchProcess)
        {
            _last = [];
        }
        return _last.All(static status => status.State is ProcessState.Stopped or ProcessState.Errored);
    }

    /// <summary>Of the first that failed; a process that was deleted meanwhile has none.</summary>
    int ExitCode()
    {
        if (_last.Count == 0) return ExitCodes.Failed;
        foreach (var status in _last)
        {
            if (status is { ExitCode: 0, State: ProcessState.Stopped }) continue;
            var name = Display.Name(status.Name, status.Instance, _last.Count > 1);
            _session.Err.WriteLine($"{name}: {Display.Text(status.Reason)}");
            if (status.ExitCode is > 0 and var code) return code;
            if (status.Signal is { } signal && Signals.TryParse(signal, out var number)) return SignalBase + number;
            return ExitCodes.Failed;
        }
        return ExitCodes.Done;
    }
}
