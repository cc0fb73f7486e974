using System.Diagnostics.CodeAnalysis;

namespace Tspm.Model.State;

/// <summary>
/// A definition as it is kept on disk, with what the user wants. A running daemon keeps that in the lifecycle of each
/// instance only, and derives it when it saves.
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

    /// <summary>Instances that the user stopped one by one while the process as a whole is up.</summary>
    public IReadOnlyList<int>? DownInstances { get; init; }

    /// <summary>A definition, with what is wanted.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="desired">Of the process as a whole.</param>
    /// <param name="downInstances">See <see cref="DownInstances"/>.</param>
    public static SavedProcess Of(
        ProcessDefinition definition, DesiredState desired, IReadOnlyList<int>? downInstances = null) =>
        new(definition, desired, downInstances);

    /// <summary>The definition alone.</summary>
    public ProcessDefinition WithoutWish() => Alone();

    /// <summary>This instance is to be up.</summary>
    public bool IsUp(int instance) => Desired == DesiredState.Up && DownInstances?.Contains(instance) != true;
}
