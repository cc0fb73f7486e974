using System.Runtime.InteropServices;
using Tspm.Client.Commands;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Running;

/// <summary>
/// A process that lives as long as its client (<c>run</c>): its output goes to the same streams here, Ctrl-C goes to
/// the program, and its exit code becomes the client's. The connection that follows the output holds the process: when
/// this client dies, the daemon stops and deletes it.
/// </summary>
/// <param name="session">Connects to the daemon.</param>
/// <param name="started">The process that was started.</param>
/// <param name="keep">Whether the definition stays, and the program runs on when this client dies.</param>
internal sealed class OneShot(ClientSession session, ProcessOutcome started, bool keep) : IDisposable
{
    readonly string[] _selectors = [started.Name];
    PosixSignalRegistration? _interrupt;
    ProcessStatus? _last;
    int _interrupts;

    /// <summary>Shows the output until the program ends.</summary>
    /// <param name="since">The time before the start by the clock of the daemon's machine; null if unknown.</param>
    /// <returns>The exit code.</returns>
    public int Run(DateTimeOffset? since)
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        var request = new LogsRequest
        {
            Selectors = _selectors,
            Follow = true,
            Since = LogsCommand.Iso(since),
            Events = true,
            Hold = keep ? null : true,
        };
        var printer = new LogPrinter(session.Out, session.Err, raw: true, json: false) { SplitsStreams = true };
        var isOver = false;
        var stream = new LogStream(session, request, printer)
        {
            HidesEvents = true,
            IsOver = () => isOver = isOver || IsDown(),
        };
        LogsCommand.Show(session, stream, request, printer, mayBeEmpty: true);
        if (session.Out.IsBroken) return ExitCodes.ForSignal(Signals.SIGPIPE);
        // The program's last output may arrive after the event of its exit.
        var rest = stream.Rest with { Hold = null };
        LogsCommand.Show(session, new LogStream(session, rest, printer) { HidesEvents = true }, rest, printer,
            mayBeEmpty: true);
        if (!keep) Delete();
        return ExitCode();
    }

    public void Dispose() => _interrupt?.Dispose();

    /// <summary>Passes Ctrl-C on to the program; the second one kills it.</summary>
    void Interrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        var signal = Interlocked.Increment(ref _interrupts) == 1 ? "SIGINT" : "SIGKILL";
        try
        {
            using var daemon = session.ConnectToRead();
            daemon.Call(Methods.Signal, new SignalRequest { Selectors = _selectors, Signal = signal });
        }
        catch (DaemonException)
        {
            // The program has just ended, or the daemon is being replaced; the user can press Ctrl-C again.
        }
    }

    bool IsDown()
    {
        try
        {
            using var daemon = session.ConnectToRead();
            var list = daemon.Call(Methods.List, new ListRequest { Selectors = _selectors });
            _last = list.Processes is [var only, ..] ? only : null;
        }
        catch (DaemonException gone) when (gone.Code == ErrorCode.NoSuchProcess)
        {
            _last = null;
        }
        return _last is null or { State: ProcessState.Stopped or ProcessState.Errored };
    }

    void Delete()
    {
        try
        {
            using var daemon = session.ConnectToRead();
            daemon.Call(Methods.Delete, new DeleteRequest { Selectors = _selectors, Logs = true });
        }
        catch (DaemonException)
        {
            // The daemon deletes it when nobody has held it for a while.
        }
    }

    int ExitCode()
    {
        if (_last is { ExitCode: { } code, State: ProcessState.Stopped }) return code;
        if (_last?.Signal is { } signal && Signals.TryParse(signal, out var number))
            return ExitCodes.ForSignal(number);
        session.Err.WriteLine(_last is null
            ? $"{Display.Text(started.Name)}: was deleted while it ran"
            : $"{Display.Text(started.Name)}: {Display.Text(_last.Reason)}");
        return ExitCodes.RunFailed;
    }
}
