using System.Text;
using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Platform.Linux;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary><c>send</c>: writes one line to the standard input of a process whose config has <c>stdin: pipe</c>.
/// </summary>
internal sealed class SendHandler() : Handler<SendRequest, SendResponse>(Methods.Send)
{
    public override async Task<SendResponse> Handle(DaemonContext context, SendRequest request, Requester? by)
    {
        var views = await context.Supervisor.Ask(new SupervisorQuery.Selected { Selectors = [request.Selector] });
        var outcomes = views
            .Select(view => ChangeOutcomes.From(view) with { Error = Send(context, view, request.Line) })
            .ToList();
        return new SendResponse { Success = outcomes.All(outcome => outcome.Error is null), Processes = outcomes };
    }

    static string? Send(DaemonContext context, Tspm.Supervision.Process.ProcessView view, string line)
    {
        if (view.Pid is null) return "it is not running";
        if (view.Definition.Config.Stdin != "pipe")
            return $"its standard input is /dev/null; to change that, run 'tspm set {view.Definition.Name} stdin=pipe' "
                + "and restart it";
        // Opens without blocking, because a program that does not read must not block the daemon.
        var path = context.Home.FifoPath(view.Key, view.RunId, "in");
        var opened = FifoInput.Open(path, out var problem);
        if (problem?.IsMissing == true && Tspm.Logs.Writing.LostFifos.Find(path) is { } lost)
            opened = FifoInput.Open(lost, out problem);
        using var input = opened;
        if (problem?.IsMissing == true) return "stdin=pipe takes effect at its next start";
        if (problem is not null) return $"its standard input cannot be opened: {problem.Reason}";
        return FifoInput.Write(input.Number, Encoding.UTF8.GetBytes(line + "\n"), out var reason) switch
        {
            FifoWrite.Done => null,
            FifoWrite.Full => "it does not read its standard input, and the pipe is full",
            _ => reason,
        };
    }
}
