namespace Tspm.Model;

/// <summary>A <see cref="ProcessState"/> as its word in JSON.</summary>
internal sealed class ProcessStateConverter : WordConverter<ProcessState>
{
    protected override string WordOf(ProcessState value) => StateNames.Of(value);

    protected override ProcessState? ValueOf(string word)
    {
        for (var state = ProcessState.Stopped; state <= ProcessState.Errored; state++)
            if (StateNames.Of(state) == word) return state;
        return null;
    }
}

/// <summary>A <see cref="DesiredState"/> as its word in JSON.</summary>
internal sealed class DesiredStateConverter : WordConverter<DesiredState>
{
    protected override string WordOf(DesiredState value) => value == DesiredState.Up ? "up" : "down";

    protected override DesiredState? ValueOf(string word) => word switch { "up" => DesiredState.Up, "down" => DesiredState.Down, _ => null };
}
