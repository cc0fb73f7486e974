using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
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
    const int Input = 0, Output = 1;

    /// <summary>How long ESC alone may be the beginning of a sequence, if the caller does not know better.</summary>
    public static readonly TimeSpan UsualEscapeDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a handler of a signal waits for a frame that is being written.</summary>
    static readonly TimeSpan PatienceWithFrame = TimeSpan.FromMilliseconds(200);

    /// <summary>Clicks and drags, in SGR form.</summary>
    static ReadOnlySpan<byte> MouseOn => "\e[?1002h\e[?1006h"u8;

    static ReadOnlySpan<byte> MouseOff => "\e[?1006l\e[?1002l"u8;

    readonly Lock _gate = new();
    readonly WakeCounter _wake = new();
    readonly InputDecoder _decoder = new();
    readonly ScreenPainter _painter;
    readonly TerminalSettings? _settings;
    readonly TimeSpan _escapeDelay;
    readonly List<PosixSignalRegistration> _signals = [];

    /// <summary>Whether the terminal has our settings; guarded by the gate, like all writing.</summary>
    bool _isActive;

    volatile bool _mustResume, _wasResized, _withMouse, _isOutside;
    volatile byte[] _epilogue = [];

    TerminalSession(bool withMouse, TimeSpan escapeDelay)
    {
        (_withMouse, _escapeDelay) = (withMouse, escapeDelay);
        _painter = new ScreenPainter(ColourSupport.Detect(isTerminal: true, Environment.GetEnvironmentVariable));
        _settings = TerminalSettings.Read(Input);
    }

    /// <summary>Opens the terminal at standard output.</summary>
    /// <param name="withMouse">Whether the mouse is reported; the terminal's own selection then needs Shift.</param>
    /// <param name="escapeDelay">See <see cref="UsualEscapeDelay"/>.</param>
    /// <returns>Null if standard output is not a terminal, or its cursor cannot be moved.</returns>
    public static TerminalSession? TryOpen(bool withMouse, TimeSpan escapeDelay)
    {
        if (!StandardStreams.IsScreen) return null;
        var session = new TerminalSession(withMouse, escapeDelay);
        session.RegisterSignals();
        session.Enter();
        return session;
    }

    /// <summary>The present size of the terminal.</summary>
    public static TerminalSize Size => TerminalDevice.SizeOf(Output) ?? TerminalSize.Usual;

    /// <summary>What remains on the normal screen when the session has ended: text with line ends.</summary>
    public byte[] Epilogue { set => _epilogue = value; }

    /// <summary>Shows a frame, in one write of the cells that have changed.</summary>
    /// <exception cref="IOException">The terminal is gone.</exception>
    public void Show(ScreenBuffer frame)
    {
        lock (_gate)
            if (_isActive) Write(_painter.Paint(frame));
    }

    /// <summary>Whether the mouse is reported; otherwise the terminal uses it for its own selection.</summary>
    public void UseMouse(bool isOn)
    {
        lock (_gate)
        {
            if (isOn == _withMouse) return;
            _withMouse = isOn;
            if (_isActive) Write(isOn ? MouseOn : MouseOff);
        }
    }

    /// <summary>Puts a text on the user's clipboard, if the terminal allows that (xterm's OSC 52).</summary>
    public void Copy(string text)
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        lock (_gate)
            if (_isActive) Write(Encoding.ASCII.GetBytes($"\e]52;c;{encoded}\a"));
    }

    /// <summary>
    /// Runs another program on the terminal, such as a pager, which gets Ctrl-C and Ctrl-\. Afterwards everything is
    /// drawn anew.
    /// </summary>
    public void RunOutside(Action program)
    {
        _isOutside = true;
        Leave(isEnd: false);
        try
        {
            program();
        }
        finally
        {
            _isOutside = false;
            _wasResized = true;
            Enter();
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
        var keys = _settings is null ? Descriptor.NoNumber : Input;
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
        Leave(isEnd: true);
        AppDomain.CurrentDomain.UnhandledException -= LeaveAfterException;
        AppDomain.CurrentDomain.ProcessExit -= LeaveAtExit;
        foreach (var signal in _signals) signal.Dispose();
        _wake.Dispose();
    }

    void ReadKeys(List<InputEvent> events)
    {
        Span<byte> bytes = stackalloc byte[1024];
        var count = DescriptorStream.Read(Input, bytes);
        if (count == 0) events.Add(new InputEvent.End());
        else _decoder.Feed(bytes[..count], events);
    }

    void AddResize(List<InputEvent> events)
    {
        _wasResized = false;
        lock (_gate) _painter.Forget();
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
        if (!context.Cancel) Leave(isEnd: true);
    }

    void LeaveAfterException(object sender, UnhandledExceptionEventArgs e) => Leave(isEnd: true);

    void LeaveAtExit(object? sender, EventArgs e) => Leave(isEnd: true);

    /// <summary>Stops the process ourselves, because the terminal must be restored before.</summary>
    void Suspend(PosixSignalContext context)
    {
        context.Cancel = true;
        Leave(isEnd: false);
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
        Enter();
    }

    void Enter()
    {
        lock (_gate)
        {
            if (_settings is { } settings) _ = settings.ForKeys().Apply(Input);
            // The other screen; no cursor; no wrapping; bracketed paste; clicks, drags and their SGR form.
            Write("\e[?1049h\e[?25l\e[?7l\e[?2004h"u8);
            if (_withMouse) Write(MouseOn);
            _painter.Forget();
            _isActive = true;
        }
    }

    /// <summary>Restores the terminal, once. Any thread may call this.</summary>
    void Leave(bool isEnd)
    {
        var hasGate = _gate.TryEnter(PatienceWithFrame);
        try
        {
            if (!_isActive) return;
            _isActive = false;
            // The shell has taken the terminal back from a process in the background.
            if (!TerminalDevice.IsInForeground(Output)) return;
            if (_settings is { } settings) _ = settings.Apply(Input);
            // A terminal that accepts nothing, such as that of a dead connection, must not delay the end.
            if (DescriptorWait.IsWritable(Output)) WriteFarewell(isEnd);
        }
        finally
        {
            if (hasGate) _gate.Exit();
        }
    }

    void WriteFarewell(bool isEnd)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        if (_withMouse) bytes.Write(MouseOff);
        bytes.Write("\e[?2004l\e[0m\e[?7h\e[?25h\e[?1049l"u8);
        if (isEnd) bytes.Write(_epilogue);
        try
        {
            Write(bytes.WrittenSpan);
        }
        catch (IOException)
        {
            // The terminal is gone, and with it all that would have to be restored.
        }
    }

    static void Write(ReadOnlySpan<byte> bytes) => _ = DescriptorStream.WriteAll(Output, bytes, "the terminal");
}
