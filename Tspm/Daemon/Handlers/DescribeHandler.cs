using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>describe</c>: everything that is known about processes. The values of env are masked unless the request asks for
/// them, because the output ends up in tickets and chats.
/// </summary>
internal sealed class DescribeHandler() : Handler<DescribeRequest, DescribeResponse>(Methods.Describe)
{
    const string Mask = "***";

    public override async Task<DescribeResponse> Handle(DaemonContext context, DescribeRequest request, Requester? by)
    {
        var views = Views.Select(context, request.Selectors);
        var changes = request.Changes == true ? await ChangesSince.ReadAsync(context, views) : null;
        var statuses = Statuses.WithPorts(context, Statuses.From(context, views));
        var descriptions = new List<ProcessDescription>(views.Count);
        for (var i = 0; i < views.Count; i++)
        {
            var described = Describe(context, views[i], statuses[i], request.ShowEnv);
            descriptions.Add(changes is null ? described : described with { Changes = changes[i] });
        }
        return new DescribeResponse { Processes = descriptions };
    }

    static ProcessDescription Describe(DaemonContext context, ProcessView view, ProcessStatus status, bool showEnv)
    {
        var config = view.Definition.Config with { Id = view.Key.Id };
        if (!showEnv && config.Env is { } env)
            config = config with { Env = env.Keys.ToDictionary(name => name, _ => Mask) };
        List<TreeMember> tree = [];
        if (view.Pid is { } pid)
            foreach (var member in context.Readings.Tree(pid)) tree.Add(Member(context, view, member));
        return new ProcessDescription
        {
            Status = status,
            Config = config,
            Tree = tree,
            RecentExits = view.RecentExits,
            Listen = view.Listen,
            StatusText = view.StatusText,
            ProbeProblem = view.ProbeProblem,
            ReadyNote = view.ReadyNote,
            Pending = PendingChanges.FieldsOf(view) is { Count: > 0 } pending ? pending : null,
            WatchProblem = view.WatchProblem,
        };
    }

    static TreeMember Member(DaemonContext context, ProcessView view, ProcessSample member) => new()
    {
        Pid = member.Pid,
        ParentPid = member.ParentPid,
        Command = member.Command,
        CpuPercent = context.Readings.CpuOf(view, member),
        MemoryBytes = member.MemoryBytes,
    };
}
