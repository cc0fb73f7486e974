using Tspm.Config.Validation;
using Tspm.Model.State;
using Tspm.Supervision;
using Tspm.Supervision.Process;
using Tspm.Supervision.Starting;

namespace Tspm.Tests.Supervision;

/// <summary>Orders by their request, one of <see cref="CauseRequest"/>.</summary>
internal static class Orders
{
    /// <summary>Who gives them; null: nobody in particular.</summary>
    [ThreadStatic]
    static Requester? t_by;

    /// <summary>Gives orders on somebody's behalf.</summary>
    public static void By(Requester by, Action give)
    {
        t_by = by;
        try
        {
            give();
        }
        finally
        {
            t_by = null;
        }
    }

    public static Requester? Somebody => t_by;

    static Cause Of(string request) => Cause.Requested(request) with { By = t_by };

    public static PendingChange Start(this Supervisor supervisor, SupervisedProcess process, string request) =>
        supervisor.Start(process, Of(request));

    public static PendingChange Stop(this Supervisor supervisor, SupervisedProcess process, string request) =>
        supervisor.Stop(process, Of(request));

    public static IReadOnlyList<PendingChange> Stop(
        this Supervisor supervisor, IReadOnlyList<SupervisedProcess> processes, string request) =>
        supervisor.Stop(processes, Of(request));

    public static PendingChange Restart(this Supervisor supervisor, SupervisedProcess process, string request) =>
        supervisor.Restart(process, Of(request));

    public static PendingChange Restart(this Supervisor supervisor, SupervisedProcess process, Cause cause) =>
        supervisor.Restart(process, cause, MissingNow([process]));

    public static IReadOnlyList<PendingChange> Reload(
        this Supervisor supervisor, IReadOnlyList<SupervisedProcess> processes, string request) =>
        supervisor.Reload(processes, Of(request));

    public static IReadOnlyList<PendingChange> Reload(
        this Supervisor supervisor, IReadOnlyList<SupervisedProcess> processes, Cause cause) =>
        supervisor.Reload(processes, cause, MissingNow(processes));

    /// <summary>What the daemon looks up before it gives the order.</summary>
    static IReadOnlySet<NeededScript> MissingNow(IEnumerable<SupervisedProcess> processes) =>
        StartFileReader.MissingNow(
            MissingScript.NeededBy(processes.Select(static process => process.Definition.Config)));

    public static IReadOnlyList<PendingChange> Scale(
        this Changes changes, ProcessDefinition definition, string request) =>
        changes.Scale(definition, Of(request));
}
