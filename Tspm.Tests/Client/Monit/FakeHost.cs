using Tspm.Client.Monit;
using Tspm.Client.Monit.Drawing;
using Tspm.Client.Monit.Input;
using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Tests.Client.Output;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Client.Monit;

/// <summary>The screen of monit without a daemon: what its keys ask for is noted.</summary>
internal sealed class FakeHost : IMonitHost
{
    readonly MonitController _controller;

    public FakeHost(MonitModel? model = null, int width = 120, int height = 30, int processes = 10)
    {
        Model = model ?? new MonitModel { Host = "shop" };
        Size = new TerminalSize(width, height);
        Update(SampleProcesses.Some(processes));
        _controller = new MonitController(Model, this);
    }

    /// <summary>A screen with processes of these names.</summary>
    public static FakeHost With(params string[] names)
    {
        var host = new FakeHost(processes: 0);
        host.Update(Named(names));
        return host;
    }

    public static ProcessStatus[] Named(params string[] names) =>
        [.. names.Select(static (name, id) => OutputTests.Status(name, id + 1))];

    public MonitModel Model { get; }

    public TerminalSize Size { get; set; }

    public DateTimeOffset Now { get; set; } = SampleProcesses.Now;

    public bool HasLeft { get; private set; }

    /// <summary>The command lines that were run, without "tspm".</summary>
    public List<string> Commands { get; } = [];

    public List<string> Copied { get; } = [];

    public List<string> Paged { get; } = [];

    public int OlderRequests { get; private set; }

    public bool? HasMouse { get; private set; }

    public void Update(IReadOnlyList<ProcessStatus> processes, long second = 100) =>
        Model.Update(new ListResponse { Processes = processes }, second);

    public void Press(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            foreach (var happened in Decode(key)) _controller.Handle(happened);
    }

    /// <summary>Types text, letter by letter.</summary>
    public void Type(string text)
    {
        foreach (var letter in text) Press(letter.ToString());
    }

    public void Mouse(MouseAction action, int x, int y, MouseButton button = MouseButton.Left) =>
        _controller.Handle(new InputEvent.Mouse(action, button, x, y));

    public void Click(int x, int y, MouseButton button = MouseButton.Left)
    {
        Mouse(MouseAction.Press, x, y, button);
        Mouse(MouseAction.Release, x, y, button);
    }

    /// <summary>What a user would see.</summary>
    public VtScreen Screen(ColourDepth depth = ColourDepth.None)
    {
        var terminal = new VtScreen(Size.Columns, Size.Rows);
        terminal.Feed(new ScreenPainter(depth).Paint(Frame()));
        return terminal;
    }

    public ScreenBuffer Frame() => MonitFrame.Draw(Model, Size, Now);

    public void Leave() => HasLeft = true;

    public void Run(IReadOnlyList<string> arguments) => Commands.Add(string.Join(' ', arguments));

    /// <summary>What a request for older lines gets; null if it gets no answer.</summary>
    public Func<IReadOnlyList<LogLine>>? Older { get; set; }

    public void ReadOlder(LogView view, IReadOnlyList<string> subject, Action? onRead)
    {
        OlderRequests++;
        if (Older is not { } read) return;
        view.Buffer.Prepend(read());
        onRead?.Invoke();
    }

    public void Page(string file) => Paged.Add(file);

    public void Copy(string text) => Copied.Add(text);

    public void UseMouse(bool isOn) => HasMouse = isOn;

    /// <summary>A character, or what a terminal sends for a key.</summary>
    static List<InputEvent> Decode(string key)
    {
        var bytes = key switch
        {
            "Esc" => "\e",
            "Enter" => "\r",
            "Tab" => "\t",
            "Up" => "\e[A",
            "Down" => "\e[B",
            "Right" => "\e[C",
            "Left" => "\e[D",
            "PageUp" => "\e[5~",
            "PageDown" => "\e[6~",
            "Home" => "\e[H",
            "End" => "\e[F",
            "Ctrl-C" => "\u0003",
            "Ctrl-R" => "\u0012",
            "Ctrl-U" => "\u0015",
            _ => key,
        };
        var events = new List<InputEvent>();
        var decoder = new InputDecoder();
        decoder.Feed(System.Text.Encoding.UTF8.GetBytes(bytes), events);
        decoder.Flush(events);
        return events;
    }
}
