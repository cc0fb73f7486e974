using System.Text;
using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Libc;
using Tspm.Model.State;
using Tspm.Platform.Linux;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary><c>send</c>: one line to the standard input of a process that asked for a pipe.</summary>
internal sealed class SendHandler() : Handler<SendRequest, SendResponse>(Methods.Send)
{
    public override async Task<SendResponse> Handle(DaemonContext context, SendRequest request, Requester? by)
    {
        var views = await context.Supervisor.Ask(new SupervisorQuery.Selected { Selectors = [request.Selector] });
        var outcomes = views.Select(view => Settle.Outcome(view) with { Error = Send(context, view, request.Line) })
            .ToList();
        return new SendResponse { Success = outcomes.All(outcome => outcome.Error is null), Processes = outcomes };
    }

    static unsafe string? Send(DaemonContext context, Tspm.Supervision.Process.ProcessView view, string line)
    {
        if (view.Pid is null) return "it is not running";
        if (view.Definition.Config.Stdin != "pipe")
            return $"its standard input is /dev/null; to change that: tspm set {view.Definition.Name} stdin=pipe, "
                + "then restart it";
        // Not blocking: a program that does not read must not hold the daemon up.
        var path = context.Home.FifoPath(view.Key, view.RunId, "in");
        const int writing = Fcntl.O_WRONLY | Fcntl.O_NONBLOCK;
        var opened = Descriptors.Open(path, writing);
        if (!opened.IsOpen && Errno.Last == Errno.ENOENT && Tspm.Logs.Writing.LostFifos.Find(path) is { } lost)
            opened = Descriptors.Open(lost, writing);
        using var input = opened;
        if (!input.IsOpen) return $"its standard input cannot be opened: {Errno.Describe(Errno.Last)}";
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        nint written;
        fixed (byte* start = bytes) written = Unistd.write(input.Number, start, (nuint)bytes.Length);
        var errno = Errno.Last;
        if (written == bytes.Length) return null;
        return written < 0 && errno != Errno.EAGAIN
            ? Errno.Describe(errno)
            : "it does not read its standard input, and the pipe is full";
    }
}
