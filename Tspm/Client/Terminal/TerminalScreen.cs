using System.Buffers;
using System.Text;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Events;

namespace Tspm.Client.Terminal;

/// <summary>
/// The screen of a terminal on which a program draws: its modes (the other screen, no cursor, single keys, the mouse)
/// and the frame that it shows. <see cref="Leave"/> restores what <see cref="Enter"/> has changed. Any thread may call
/// the members.
/// </summary>
/// <param name="withMouse">Whether the mouse is reported at the beginning.</param>
internal sealed class TerminalScreen(bool withMouse)
{
    public const int Input = 0, Output = 1;

    /// <summary>How long a handler of a signal waits for a frame that is being written.</summary>
    static readonly TimeSpan PatienceWithFrame = TimeSpan.FromMilliseconds(200);

    /// <summary>Clicks and drags, in SGR form.</summary>
    static ReadOnlySpan<byte> MouseOn => "\e[?1002h\e[?1006h"u8;

    static ReadOnlySpan<byte> MouseOff => "\e[?1006l\e[?1002l"u8;

    readonly Lock _gate = new();
    readonly ScreenPainter _painter = new(
        ColourSupport.Detect(isTerminal: true, Environment.GetEnvironmentVariable),
        AsciiSigns.AreNeeded(Environment.GetEnvironmentVariable));
    readonly TerminalSettings? _settings = TerminalSettings.Read(Input);

    /// <summary>Whether the terminal has our settings; guarded by the gate, like all writing.</summary>
    bool _isActive;

    volatile bool _withMouse = withMouse;
    volatile byte[] _epilogue = [];

    /// <summary>Whether standard input is a terminal, from which keys can be read.</summary>
    public bool HasKeys => _settings is not null;

    /// <summary>See <see cref="TerminalSession.Epilogue"/>.</summary>
    public byte[] Epilogue { set => _epilogue = value; }

    /// <summary>See <see cref="TerminalSession.Show"/>.</summary>
    /// <exception cref="IOException">The terminal is gone.</exception>
    public void Show(ScreenBuffer frame)
    {
        lock (_gate)
            if (_isActive) Write(_painter.Paint(frame));
    }

    /// <summary>Draws the next frame completely.</summary>
    public void Forget()
    {
        lock (_gate) _painter.Forget();
    }

    /// <summary>See <see cref="TerminalSession.UseMouse"/>.</summary>
    public void UseMouse(bool isOn)
    {
        lock (_gate)
        {
            if (isOn == _withMouse) return;
            _withMouse = isOn;
            if (_isActive) Write(isOn ? MouseOn : MouseOff);
        }
    }

    /// <summary>See <see cref="TerminalSession.Copy"/>.</summary>
    public void Copy(string text)
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        lock (_gate)
            if (_isActive) Write(Encoding.ASCII.GetBytes($"\e]52;c;{encoded}\a"));
    }

    /// <summary>Prepares the terminal. A process in the background is stopped by this until it is in front.</summary>
    public void Enter()
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

    /// <summary>Restores the terminal, once.</summary>
    /// <param name="isEnd">Whether the program ends, so that the epilogue is printed.</param>
    public void Leave(bool isEnd)
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
