using TUnit.Core.Interfaces;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// Scenarios mostly wait for other processes, so a few at once use a small machine well; more would only wait for each
/// other.
/// </summary>
public sealed class ScenarioLimit : IParallelLimit
{
    public int Limit => Math.Clamp(Environment.ProcessorCount * 2, 2, 8);
}
