using System.Text;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Output.Listing;
using Tspm.Client.Terminal;
using Tspm.Protocol;

namespace Tspm.Client.Running;

/// <summary>
/// <c>list -f</c>: draws the list in place once a second. It survives the death of the daemon: it says so, keeps the
/// last list, and asks again every second. It ends with Ctrl-C, which ends the process by its signal, or with q; the
/// last list then stays on the screen.
/// </summary>
internal sealed class LiveList(ClientSession session, ListRequest request, ListOptions options)
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    DaemonClient? _daemon;
    ListView _view = new([], [], null);

    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">There is no terminal on which the list could be updated.</exception>
    /// <exception cref="DaemonException">The first request failed.</exception>
    public static int Run(ClientSession session, string[]? selectors, ListOptions options)
    {
        if (!StandardStreams.IsScreen)
            throw new UsageException("list -f needs a terminal; in a script, type: tspm events -f");
        var request = options.Request(selectors, TerminalSession.Size.Columns);
        return new LiveList(session, request, options).Run();
    }

    int Run()
    {
        try
        {
            session.HidesNotices = true;
            // A mistake is reported on the normal screen, and ssh asks its questions there.
            Read();
            using var terminal = TerminalSession.TryOpen(withMouse: false, TerminalSession.UsualEscapeDelay);
            // The ssh of the first connection would print on the screen when the connection is lost.
            session.IsOnScreen = true;
            if (session.Remote is not null) Disconnect();
            while (terminal is not null)
            {
                Draw(terminal);
                if (WaitsUntilEnd(terminal)) break;
                TryRead();
            }
            return ExitCodes.Done;
        }
        finally
        {
            Disconnect();
        }
    }

    void Draw(TerminalSession terminal)
    {
        var size = TerminalSession.Size;
        var frame = new ScreenBuffer(size.Columns, size.Rows);
        ListFrame.Draw(frame, _view, options, TimeProvider.System.GetLocalNow());
        terminal.Epilogue = Encoding.UTF8.GetBytes(frame.ToText());
        terminal.Show(frame);
    }

    /// <summary>Waits for the next reading, and draws again if the terminal was resized meanwhile.</summary>
    /// <returns>True if the user wants to end.</returns>
    bool WaitsUntilEnd(TerminalSession terminal)
    {
        var end = Environment.TickCount64 + (long)Interval.TotalMilliseconds;
        for (var left = end - Environment.TickCount64; left > 0; left = end - Environment.TickCount64)
        {
            foreach (var happened in terminal.Wait(TimeSpan.FromMilliseconds(left)))
            {
                if (happened is InputEvent.End or InputEvent.KeyPress { Key: Key.Escape }) return true;
                if (happened is InputEvent.KeyPress key && (key.Is('q') || key.IsCtrl('c'))) return true;
                if (happened is InputEvent.Resize) Draw(terminal);
            }
        }
        return false;
    }

    void TryRead()
    {
        try
        {
            Read();
        }
        catch (DaemonException failure)
        {
            Disconnect();
            _view = _view with { Problem = failure.Message };
        }
    }

    void Read()
    {
        _daemon ??= session.ConnectToRead();
        var all = _daemon.Call(Methods.List, request).Processes;
        _view = new ListView(ListOrder.Apply(all, options), all, null);
    }

    void Disconnect()
    {
        _daemon?.Dispose();
        _daemon = null;
    }
}
