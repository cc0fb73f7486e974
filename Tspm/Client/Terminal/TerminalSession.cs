using System.Runtime.InteropServices;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Events;

namespace Tspm.Client.Terminal;

/// <summary>
/// The terminal of a program that draws on the whole screen and reads keys: from <see cref="TryOpen"/> until <see
/// cref="Dispose"/>. The terminal is restored however the program ends, except by SIGKILL: at the end, by an unhandled
/// exception, and by SIGINT, SIGTERM, SIGHUP and SIGQUIT, which then end the process as usual. Ctrl-Z restores it too,
/// and fg continues with a <see cref="InputEvent.Resize"/>, after which the frame is drawn completely. A thread of the
/// pool runs the handlers of signals, so that a main thread that waits for something else delays nothing.
/// </summary>
internal sealed class TerminalSession : IDisposable
{
    /// <summary>How long ESC alone may be the beginning of a sequence, if the caller does not know better.</summary>
    public static readonly TimeSpan UsualEscapeDelay = TimeSpan.FromMilliseconds(50);

    readonly TerminalScreen _screen;
    readonly WakeCounter _wake = new();
    readonly InputDecoder _decoder = new();
    readonly TimeSpan _escapeDelay;
    readonly List<PosixSignalRegistration> _signals = [];

    volatile bool _mustResume, _wasResized, _isOutside;

    TerminalSession(bool withMouse, TimeSpan escapeDelay) =>
        (_screen, _escapeDelay) = (new TerminalScreen(withMouse), escapeDelay);

    /// <summary>Opens the terminal at standard output.</summary>
    /// <param name="withMouse">Whether the mouse is reported; the terminal's own selection then needs Shift.</param>
    /// <param name="escapeDelay">See <see cref="UsualEscapeDelay"/>.</param>
    /// <returns>Null if standard output is not a terminal, or its cursor cannot be moved.</returns>
    public static TerminalSession? TryOpen(bool withMouse, TimeSpan escapeDelay)
    {
        if (!StandardStreams.IsScreen) return null;
        var session = new TerminalSession(withMouse, escapeDelay);
        session.RegisterSignals();
        session._screen.Enter();
        return session;
    }

    /// <summary>The present size of the terminal.</summary>
    public static TerminalSize Size => TerminalDevice.SizeOf(TerminalScreen.Output) ?? TerminalSize.Usual;

    /// <summary>What remains on the normal screen when the session has ended: text with line ends.</summary>
    public byte[] Epilogue { set => _screen.Epilogue = value; }

    /// <summary>Shows a frame, in one write of the cells that have changed.</summary>
    /// <exception cref="IOException">The terminal is gone.</exception>
    public void Show(ScreenBuffer frame) => _screen.Show(frame);

    /// <summary>Whether the mouse is reported; otherwise the terminal uses it for its own selection.</summary>
    public void UseMouse(bool isOn) => _screen.UseMouse(isOn);

    /// <summary>Puts a text on the user's clipboard, if the terminal allows that (xterm's OSC 52).</summary>
    public void Copy(string text) => _screen.Copy(text);

    /// <summary>
    /// Runs another program on the terminal, such as a pager, which gets Ctrl-C and Ctrl-\. Afterwards everything is
    /// drawn anew.
    /// </summary>
    public void RunOutside(Action program)
    {
        _isOutside = true;
        _screen.Leave(isEnd: false);
        try
        {
            program();
        }
        finally
        {
            _isOutside = false;
            _wasResized = true;
            _screen.Enter();
        }
    }

    /// <summary>
    /// Waits until the user does something, the terminal is resized, or the time is up. Returns early, without events,
    /// if another descriptor is readable.
    /// </summary>
    public IReadOnlyList<InputEvent> Wait(TimeSpan time, int other = Descriptor.NoNumber)
    {
        var events = new List<InputEvent>();
        var began = Environment.TickCount64;
        var wait = _decoder.IsIncomplete && _escapeDelay < time ? _escapeDelay : time;
        var keys = _screen.HasKeys ? TerminalScreen.Input : Descriptor.NoNumber;
        var ready = DescriptorWait.UntilAnyReadable(
            [keys, _wake.Number, other], (int)Math.Clamp(wait.TotalMilliseconds, 0, int.MaxValue));
        if ((ready & 2) != 0) _wake.Clear();
        if (_mustResume) Resume();
        if (_wasResized) AddResize(events);
        if ((ready & 1) != 0) ReadKeys(events);
        else if (_decoder.IsIncomplete && Environment.TickCount64 - began >= _escapeDelay.TotalMilliseconds)
            _decoder.Flush(events);
        return events;
    }

    public void Dispose()
    {
        // Before the handlers of signals go: a signal in between would end the process at once.
        _screen.Leave(isEnd: true);
        AppDomain.CurrentDomain.UnhandledException -= LeaveAfterException;
        AppDomain.CurrentDomain.ProcessExit -= LeaveAtExit;
        foreach (var signal in _signals) signal.Dispose();
        _wake.Dispose();
    }

    void ReadKeys(List<InputEvent> events)
    {
        Span<byte> bytes = stackalloc byte[1024];
        var count = DescriptorStream.Read(TerminalScreen.Input, bytes);
        if (count == 0) events.Add(new InputEvent.End());
        else _decoder.Feed(bytes[..count], events);
    }

    void AddResize(List<InputEvent> events)
    {
        _wasResized = false;
        _screen.Forget();
        events.Add(new InputEvent.Resize(Size));
    }

    void RegisterSignals()
    {
        AppDomain.CurrentDomain.UnhandledException += LeaveAfterException;
        AppDomain.CurrentDomain.ProcessExit += LeaveAtExit;
        foreach (var ends in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT })
            _signals.Add(PosixSignalRegistration.Create(ends, End));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTSTP, Suspend));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, context =>
        {
            // Otherwise the runtime then applies the settings that it found at its start, perhaps after ours.
            context.Cancel = true;
            Continue();
        }));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ =>
        {
            _wasResized = true;
            _wake.Wake();
        }));
    }

    /// <summary>Lets a signal end the process, unless it is a key that another program on the terminal gets.</summary>
    void End(PosixSignalContext context)
    {
        context.Cancel = _isOutside && context.Signal is PosixSignal.SIGINT or PosixSignal.SIGQUIT;
        if (!context.Cancel) _screen.Leave(isEnd: true);
    }

    void LeaveAfterException(object sender, UnhandledExceptionEventArgs e) => _screen.Leave(isEnd: true);

    void LeaveAtExit(object? sender, EventArgs e) => _screen.Leave(isEnd: true);

    /// <summary>Stops the process ourselves, because the terminal must be restored before.</summary>
    void Suspend(PosixSignalContext context)
    {
        context.Cancel = true;
        _screen.Leave(isEnd: false);
        ThisProcess.Suspend();
        // SIGCONT says the same, but does not come if the process could not be stopped.
        Continue();
    }

    void Continue()
    {
        _mustResume = true;
        _wake.Wake();
    }

    /// <summary>In the background, this stops the process again until it is in the foreground.</summary>
    void Resume()
    {
        _mustResume = false;
        _wasResized = true;
        _screen.Enter();
    }
}
