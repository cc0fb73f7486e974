using System.Diagnostics;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Client.Output.Progress;
using Tspm.Client.Terminal;
using Tspm.Events;
using Tspm.Model.Selecting;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Running;

/// <summary>
/// Waits until all selected processes have reached a goal. It follows the events of the daemon, or the lines that
/// match, and looks at the processes after each; only ports and health, which have no event, are read several times a
/// second. The wait survives the death of the daemon: it connects again and looks at everything that is there by then.
/// </summary>
internal sealed class ProcessWait(ClientSession session, string[] selectors, WaitGoal goal, TimeSpan? timeout)
{
    /// <summary>How often ports and health are read.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    /// <summary>When a script prints what it waits for.</summary>
    static readonly TimeSpan NoticeAfter = TimeSpan.FromSeconds(2);

    readonly long _begun = Stopwatch.GetTimestamp();
    readonly Dictionary<string, ProcessStatus> _first = [];
    readonly HashSet<string> _printed = [];
    readonly LiveBlock _block = new(session.Err);
    IReadOnlyList<ProcessStatus> _last = [];
    bool _hasRead, _hasNotice;
    int? _code;

    /// <summary>The daemon's sentence about a process that is there no more.</summary>
    string? _deleted;

    TimeSpan Left => timeout is { } limit ? limit - Stopwatch.GetElapsedTime(_begun) : TimeSpan.MaxValue;

    /// <returns>0, 1 if the goal cannot be reached any more, or 5 after the timeout.</returns>
    /// <exception cref="DaemonException">No daemon runs, or a selector is unknown.</exception>
    public int Run(bool json)
    {
        try
        {
            ResumingStream.Run(session, goal.HasNoEvent ? Poll : Follow, MayResume);
        }
        catch (DaemonException gone) when (gone.Code == ErrorCode.NoSuchProcess && _last.Count > 0)
        {
            (_code, _deleted) = (ExitCodes.Failed, gone.Message);
        }
        catch (DaemonException) when (Left <= TimeSpan.Zero)
        {
            // The time was over while no daemon answered.
        }
        catch (DaemonException gone) when (gone.Code == LocalError.ReaderGone)
        {
            return ExitCodes.Failed;
        }
        _block.Clear();
        if (json) JsonPrinter.Print(session.Out, _last, PrintJson.Readable.IReadOnlyListProcessStatus);
        Report(json);
        return _code ?? ExitCodes.TimedOut;
    }

    bool MayResume(DaemonException lost) => _code is null && Left > TimeSpan.Zero
        && RetryPolicy.MayResume(lost.Code, follows: true, hasHeard: _hasRead, hasPositions: false);

    void Poll(DaemonClient daemon)
    {
        if (goal.IsHealth) RequireHealth(daemon);
        while (!IsOver(daemon) && Left > TimeSpan.Zero)
        {
            daemon.OnHeard?.Invoke();
            session.Pause(Left < Interval ? Left : Interval);
        }
    }

    /// <exception cref="DaemonException">The health of a process is never known.</exception>
    void RequireHealth(DaemonClient daemon)
    {
        var request = new DescribeRequest { Selectors = selectors };
        foreach (var process in daemon.Call(Methods.Describe, request).Processes)
            if (process.Config.Health is null or { Notify: not null })
                throw new DaemonException(ErrorCode.Failed,
                    $"{ControlText.Escape(process.Status.Name)} has no health probe that answers; to add one: "
                    + $"tspm set {ShellWords.Quote(process.Status.Name)} --health PROBE");
    }

    void Follow(DaemonClient daemon)
    {
        var isFirst = true;
        daemon.StreamLeft = () => Left;
        if (!session.Out.IsTerminal) daemon.WatchOutput();
        if (goal.Log is null)
        {
            daemon.Stream(Methods.Events, new EventsRequest { Selectors = selectors, Lines = 0, Follow = true },
                Handle, follows: true);
            return;
        }
        daemon.Stream(Methods.Logs, new LogsRequest
        {
            Selectors = selectors,
            Grep = goal.Log,
            Lines = 0,
            Follow = true,
            Events = true,
        }, Handle, follows: true);

        bool Handle(AnswerEnvelope notification)
        {
            if (notification.Method == Notifications.Log)
            {
                var line = notification.ReadParams(Wire.Json.LogLine);
                if (line.Stream != EventSource.Stream && !_printed.Add(KeyOf(line.Id, line.Instance))) return true;
            }
            using var other = session.ConnectToRead();
            // From this heartbeat on, new lines are sent; what was printed before has to be read once.
            if (isFirst && goal.Log is not null) ReadPrinted(other);
            isFirst = false;
            return !IsOver(other);
        }
    }

    /// <summary>Looks for a line that the present run of each process has printed already.</summary>
    void ReadPrinted(DaemonClient daemon)
    {
        foreach (var process in List(daemon))
        {
            var key = KeyOf(process.Id, process.Instance);
            if (process.Pid is null || _printed.Contains(key)) continue;
            var request = new LogsRequest
            {
                Selectors = [$"{process.Name}:{Display.Number(process.Instance)}"],
                Grep = goal.Log,
                Run = "last",
                Lines = 1,
            };
            daemon.Stream(Methods.Logs, request, notification =>
            {
                if (notification.Method == Notifications.Log) _printed.Add(key);
                return true;
            });
        }
    }

    IReadOnlyList<ProcessStatus> List(DaemonClient daemon) => daemon.Call(Methods.List, new ListRequest
    {
        Selectors = selectors,
        Include = goal.Port is null ? null : [ListRequest.IncludePorts],
    }).Processes;

    /// <summary>Looks at all processes.</summary>
    /// <returns>True if the wait is over; the exit code is then known.</returns>
    bool IsOver(DaemonClient daemon)
    {
        var all = List(daemon);
        if (!_hasRead) foreach (var process in all) _first[KeyOf(process.Id, process.Instance)] = process;
        (_hasRead, _last) = (true, all);
        ProcessStatus? pending = null;
        foreach (var process in all)
        {
            var verdict = Judge(process);
            if (verdict == WaitVerdict.Impossible) _code = ExitCodes.Failed;
            else if (verdict == WaitVerdict.Pending) pending ??= process;
        }
        if (_code is null && pending is null) _code = ExitCodes.Done;
        else if (_code is null) ShowProgress(pending!);
        return _code is not null;
    }

    WaitVerdict Judge(ProcessStatus process)
    {
        var key = KeyOf(process.Id, process.Instance);
        return goal.Judge(process, _first.GetValueOrDefault(key), _printed.Contains(key));
    }

    void ShowProgress(ProcessStatus pending)
    {
        var waiting = Sentence(pending);
        if (session.Err.IsTerminal && StandardStreams.IsErrorScreen)
        {
            var width = Math.Max(1, StandardStreams.ErrorSize().Columns - 1);
            _block.Show(sink =>
            {
                sink.Write(CellText.Cut(waiting, width), Style.Dim);
                sink.EndLine();
            });
        }
        else if (!_hasNotice && Stopwatch.GetElapsedTime(_begun) >= NoticeAfter)
        {
            _hasNotice = true;
            session.Err.WriteLine($"waiting: {waiting}");
            session.Err.Flush();
        }
    }

    /// <summary>Says of each process what has become of the wait.</summary>
    void Report(bool json)
    {
        if (_last.Count == 0) session.Err.WriteLine($"timed out after {Duration.Format(timeout!.Value)}");
        if (_deleted is not null)
        {
            session.Err.WriteLine($"a process was deleted during the wait: {ControlText.Escape(_deleted)}");
            return;
        }
        foreach (var process in _last)
        {
            var verdict = Judge(process);
            if (verdict == WaitVerdict.Impossible)
                session.Err.WriteLine($"{Sentence(process)}; nothing will start it: tspm why {NameOf(process)}");
            else if (verdict == WaitVerdict.Pending && _code is null)
                session.Err.WriteLine($"{Sentence(process)}; timed out after {Duration.Format(timeout!.Value)}");
            else if (verdict == WaitVerdict.Reached && !json)
                session.Out.WriteLine($"{NameOf(process)}: {Reached(process)}");
        }
    }

    string Reached(ProcessStatus process) => goal.Log is not null ? "has printed a line that matches"
        : goal.Port is { } port ? $"listens on port {Display.Number(port)}"
        : goal.IsHealth ? "healthy" : Display.State(process.State);

    /// <summary>"web must be online and is starting: waits for tcp 8080".</summary>
    string Sentence(ProcessStatus process)
    {
        var info = ProcessInfo.Describe(process, TimeProvider.System.GetLocalNow());
        var more = info.Length > 0 ? $": {info}" : "";
        return $"{NameOf(process)} must {goal.Words} and is {Display.State(process.State)}{more}";
    }

    string NameOf(ProcessStatus process) =>
        Display.Name(process.Name, process.Instance, _last.Count(one => one.Id == process.Id) > 1);

    static string KeyOf(int id, int instance) => new InstanceKey(id, instance).ToString();
}
