using Tspm.Model.Selecting;
using Tspm.Model.State;

namespace Tspm.Supervision.Commands;

/// <summary>The environment kept for an instance.</summary>
internal sealed class KeptEnvironment(
    ProcessDefinition definition, InstanceKey key, IReadOnlyDictionary<string, string> variables)
{
    public ProcessDefinition Definition => definition;

    public InstanceKey Key => key;

    public IReadOnlyDictionary<string, string> Variables => variables;
}
