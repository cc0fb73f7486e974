namespace Tspm.Model.State;

/// <summary>The names of states, the same for users, programs and JSON.</summary>
internal static class StateNames
{
    /// <summary>All states, in the order of the lifecycle.</summary>
    public static readonly ProcessState[] All =
        [ProcessState.Stopped, ProcessState.Starting, ProcessState.Online, ProcessState.Stopping, ProcessState.Waiting,
            ProcessState.Errored];

    public static string NameOf(ProcessState state) => state switch
    {
        ProcessState.Stopped => "stopped",
        ProcessState.Starting => "starting",
        ProcessState.Online => "online",
        ProcessState.Stopping => "stopping",
        ProcessState.Waiting => "waiting",
        ProcessState.Errored => "errored",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "a state without a name"),
    };

    /// <summary>The state with this name.</summary>
    /// <returns>Null if there is none.</returns>
    public static ProcessState? Find(string? name)
    {
        foreach (var state in All)
            if (NameOf(state) == name) return state;
        return null;
    }

    public static string NameOf(DesiredState desired) => desired == DesiredState.Up ? "up" : "down";

    /// <summary>The desired state with this name.</summary>
    /// <returns>Null if there is none.</returns>
    public static DesiredState? FindDesired(string? name) => name switch
    {
        "up" => DesiredState.Up,
        "down" => DesiredState.Down,
        _ => null,
    };
}
