using Tspm.Model.Config;

namespace Tspm.Supervision.Commands;

/// <summary>The plan of an <c>apply</c>, and what was begun of it.</summary>
internal sealed class AppliedConfigs(IReadOnlyList<PlanStep> steps)
{
    public IReadOnlyList<PlanStep> Steps => steps;

    /// <summary>Null: only the plan was wanted.</summary>
    public Application.Work? Work { get; init; }

    /// <summary>The stops of instances that are too many; they are among what is coming, too.</summary>
    public IReadOnlyList<PendingChange> Surplus { get; init; } = [];

    /// <summary>See <see cref="Supervisor.Save"/>; null: only the plan was wanted.</summary>
    public Task<string?>? Saved { get; init; }

    /// <summary>Remarks for whoever gave the order.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
