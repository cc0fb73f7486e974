namespace Tspm.Model.Selecting;

/// <summary>
/// Identifies one instance by the name of its process, where successive processes with the same name count as one.
/// </summary>
internal sealed record InstanceName(string Name, int Instance);
