using Tspm.Model.State;

namespace Tspm.Client.Offline;

/// <summary>An instance of a saved definition.</summary>
internal sealed record SavedInstance(ProcessDefinition Definition, int Instance);
