using Tspm.Client.Monit.Drawing;
using Tspm.Client.Monit.Feeds;
using Tspm.Client.Monit.Input;
using Tspm.Client.Monit.Model;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Monit;

/// <summary>
/// <c>monit</c> on a terminal. One thread draws and reads keys; others read from the daemon and hand over what they get
/// (<see cref="MonitInbox"/>). Leaving it ends no process.
/// </summary>
internal sealed class MonitScreen : IMonitHost, IDisposable
{
    /// <summary>How often the clock and the uptimes are drawn anew.</summary>
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>The time between two frames, unless the user presses a key.</summary>
    static readonly TimeSpan LeastFrameTime = TimeSpan.FromMilliseconds(30);

    /// <summary>
    /// How often a text is read again while nothing seems to have changed: one with readings, and one in which only
    /// times pass.
    /// </summary>
    static readonly TimeSpan InfoInterval = TimeSpan.FromSeconds(2), DocumentInterval = TimeSpan.FromMinutes(1);

    readonly ClientSession _session;
    readonly MonitModel _model;
    readonly MonitController _controller;
    readonly MonitInbox _inbox = new();
    readonly ReadingFeed _readings;
    readonly EventFeed _events;
    readonly DocumentFeed _documents;
    readonly DefinitionFeed _definitions;
    readonly OlderLines _older;
    LogFeed? _logs;
    string? _followed, _documentKey;
    int _definitionVersion;
    long _documentDue;
    TerminalSession? _terminal;
    bool _isLeaving;

    public MonitScreen(ClientSession session, MonitModel model, ListRequest request, TimeSpan interval)
    {
        var quiet = new OutputWriter(static _ => true, isTerminal: false);
        _session = session.With(quiet, quiet);
        _model = model;
        _controller = new MonitController(model, this);
        _readings = new ReadingFeed(_session, _inbox, request, interval);
        _events = new EventFeed(_session, _inbox, _readings.Hurry);
        _documents = new DocumentFeed(_session, _inbox);
        _definitions = new DefinitionFeed(_session, _inbox);
        _older = new OlderLines(_session, _inbox);
    }

    public DateTimeOffset Now => TimeProvider.System.GetLocalNow();

    public TerminalSize Size => TerminalSession.Size;

    public void Leave() => _isLeaving = true;

    /// <summary>Shows the screen until the user leaves it.</summary>
    /// <returns>The exit code.</returns>
    public int Show(TerminalSession terminal)
    {
        _terminal = terminal;
        terminal.Show(MonitFrame.Draw(_model, Size, Now));
        _readings.Start();
        _events.Start();
        while (!_isLeaving)
        {
            FollowSelection();
            terminal.Show(MonitFrame.Draw(_model, Size, Now));
            // What the daemon sends meanwhile is shown in one frame; keys are answered at once.
            var keys = terminal.Wait(LeastFrameTime);
            if (keys.Count == 0) keys = terminal.Wait(UntilTick(), _inbox.Number);
            foreach (var happened in keys) _controller.Handle(happened);
            _inbox.CarryOut(_model);
        }
        return ExitCodes.Done;
    }

    public void Run(IReadOnlyList<string> arguments)
    {
        string[] whole = _session.Remote is { } host ? [.. arguments, "--host", $"ssh://{host}"] : [.. arguments];
        var command = _model.Begin($"tspm {string.Join(' ', whole.Select(ShellWords.Quote))}");
        _model.Say($"$ {command.Line}  …", Now);
        new Thread(() =>
        {
            var isSuccess = CommandRun.Run(whole, out var output);
            var result = output.Count > 0 ? output[^1].Replace('\t', ' ') : isSuccess ? "done" : "failed";
            _readings.Hurry();
            _inbox.Post(model =>
            {
                command.End(result, !isSuccess);
                model.Say($"$ {command.Line}  {result}", Now);
            });
        })
        { IsBackground = true, Name = nameof(CommandRun) }.Start();
    }

    public void ReadOlder(LogView view, IReadOnlyList<string> subject, Action? onRead) =>
        _older.Begin(view, subject, _model.LogSourceCount, onRead);

    public void Page(string file)
    {
        if (_session.Remote is not null)
        {
            _model.Say("the pager is not available for the files of another machine", Now);
            return;
        }
        string? problem = null;
        _terminal?.RunOutside(() => problem = Pager.Show(file));
        if (problem is not null) _model.Say(problem, Now);
    }

    public void Copy(string text) => _terminal?.Copy(text);

    public void UseMouse(bool isOn) => _terminal?.UseMouse(isOn);

    public void Dispose()
    {
        _logs?.Dispose();
        _events.Dispose();
        _readings.Dispose();
    }

    /// <summary>The time until the clock changes, so that it is drawn at the right moment.</summary>
    TimeSpan UntilTick()
    {
        var now = Now;
        return Tick - TimeSpan.FromTicks(now.Ticks % Tick.Ticks);
    }

    /// <summary>Reads what the pane shows of the selected processes, if they or the tab have changed.</summary>
    void FollowSelection()
    {
        var subject = _model.Tab == MonitTab.Logs ? _model.LogSubject : _model.Subject;
        var key = string.Join(' ', subject);
        if (_model.Tab == MonitTab.Logs) FollowLogs(subject, key);
        else if (_model.Tab is MonitTab.Why or MonitTab.Info or MonitTab.Env) ReadDocument(subject, key);
        if (_definitionVersion != _model.DefinitionVersion && _definitions.Begin())
            _definitionVersion = _model.DefinitionVersion;
    }

    void FollowLogs(IReadOnlyList<string> subject, string key)
    {
        if (key == _followed) return;
        _followed = key;
        _logs?.Dispose();
        _logs = null;
        if (subject.Count == 0) return;
        _logs = new LogFeed(_session, _inbox, _model.Logs, subject, _model.LogSourceCount);
        _logs.Start();
    }

    void ReadDocument(IReadOnlyList<string> subject, string key)
    {
        if (subject.Count == 0) return;
        var states = string.Join(',', _model.List.Targets.SelectMany(static row => row.Members)
            .Select(static one => $"{one.State} {one.Pid} {one.Restarts}"));
        var wanted = $"{_model.Tab} {key} {states}";
        // Over ssh, each reading is a log-in: there only changes count.
        var isDue = _session.Remote is null && Environment.TickCount64 >= _documentDue;
        if (wanted == _documentKey && !isDue) return;
        if (!_documents.Begin(_model.Document, _model.Tab, subject)) return;
        _documentKey = wanted;
        var interval = _model.Tab == MonitTab.Info ? InfoInterval : DocumentInterval;
        _documentDue = Environment.TickCount64 + (long)interval.TotalMilliseconds;
    }
}
