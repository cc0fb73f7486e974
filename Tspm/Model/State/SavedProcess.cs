using System.Diagnostics.CodeAnalysis;

namespace Tspm.Model.State;

/// <summary>
/// A definition as it is saved on disk, with the desired state. A running daemon keeps the desired state only in the
/// lifecycle of each instance, and derives it from there when it saves.
/// </summary>
internal sealed record SavedProcess : ProcessDefinition
{
    public SavedProcess()
    {
    }

    [SetsRequiredMembers]
    SavedProcess(ProcessDefinition definition, DesiredState desired, IReadOnlyList<int>? downInstances)
        : base(definition) => (Desired, DownInstances) = (desired, downInstances);

    public required DesiredState Desired { get; init; }

    /// <summary>Instances that the user stopped individually while the process as a whole is up.</summary>
    public IReadOnlyList<int>? DownInstances { get; init; }

    /// <summary>Combines a definition with the desired state.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="desired">The desired state of the process as a whole.</param>
    /// <param name="downInstances">See <see cref="DownInstances"/>.</param>
    public static SavedProcess From(
        ProcessDefinition definition, DesiredState desired, IReadOnlyList<int>? downInstances = null) =>
        new(definition, desired, downInstances);

    /// <summary>The definition without the desired state.</summary>
    public ProcessDefinition WithoutDesiredState() => WithoutDerived();

    /// <summary>Whether this instance should be up.</summary>
    public bool IsUp(int instance) => Desired == DesiredState.Up && DownInstances?.Contains(instance) != true;
}
