using Tspm.Json;

namespace Tspm.Model.State;

/// <summary>Converts a <see cref="ProcessState"/> to and from its word in JSON.</summary>
internal sealed class ProcessStateConverter : WordConverter<ProcessState>
{
    protected override string WordOf(ProcessState value) => StateNames.NameOf(value);

    protected override ProcessState? ValueOf(string word) => StateNames.Find(word);
}

/// <summary>Converts a <see cref="DesiredState"/> to and from its word in JSON.</summary>
internal sealed class DesiredStateConverter : WordConverter<DesiredState>
{
    protected override string WordOf(DesiredState value) => StateNames.NameOf(value);

    protected override DesiredState? ValueOf(string word) => StateNames.FindDesired(word);
}
