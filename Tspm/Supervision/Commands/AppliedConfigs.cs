using Tspm.Model.Config;

namespace Tspm.Supervision.Commands;

/// <summary>The plan of an <c>apply</c> and the work it has begun.</summary>
internal sealed class AppliedConfigs(IReadOnlyList<PlanStep> steps)
{
    public IReadOnlyList<PlanStep> Steps => steps;

    /// <summary>Null if only the plan was requested.</summary>
    public PlanExecution.Work? Work { get; init; }

    /// <summary>The stops of surplus instances; <see cref="PlanExecution.Work.Coming"/> contains them too.</summary>
    public IReadOnlyList<PendingChange> Surplus { get; init; } = [];

    /// <summary>See <see cref="Supervisor.Save"/>; null if only the plan was requested.</summary>
    public Task<string?>? Saved { get; init; }

    /// <summary>Remarks for the requester.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
