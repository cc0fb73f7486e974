using Tspm.Client.CommandLine;
using Tspm.Client.Output;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Running;

/// <summary>How far a process is from what <c>wait</c> waits for.</summary>
internal enum WaitVerdict
{
    Pending,
    Reached,

    /// <summary>It cannot happen any more, unless a user or another program acts.</summary>
    Impossible,
}

/// <summary>What <c>wait</c> waits for: a state, a line of output or a port. Pure.</summary>
internal sealed class WaitGoal
{
    const string Exited = "exited", Healthy = "healthy";

    /// <summary>The values of <c>--for</c>.</summary>
    public static string[] States =>
    [
        StateNames.NameOf(ProcessState.Online), StateNames.NameOf(ProcessState.Stopped),
        StateNames.NameOf(ProcessState.Errored), Exited, Healthy,
    ];

    readonly string _state;

    /// <exception cref="UsageException">Two goals are given.</exception>
    public WaitGoal(ParsedLine line)
    {
        (Log, Port) = (line.ValueOf("log"), line.NumberOf("port"));
        string[] flags = ["for", "log", "port"];
        var given = Array.FindAll(flags, flag => line.ValueOf(flag) is not null);
        if (given.Length > 1)
            throw new UsageException($"--{given[0]} and --{given[1]} exclude each other; to wait for both, run 'wait' "
                + "once for each");
        _state = line.ValueOf("for") ?? States[0];
    }

    /// <summary>The expression that a line must match; null for another goal.</summary>
    public string? Log { get; }

    /// <summary>The port that a process must listen on; null for another goal.</summary>
    public int? Port { get; }

    public bool IsHealth => Log is null && Port is null && _state == Healthy;

    /// <summary>No event says that the goal is reached, so the daemon has to be asked again and again.</summary>
    public bool HasNoEvent => Port is not null || IsHealth;

    /// <summary>What a process must do: a phrase after its name and "must".</summary>
    public string Words => Log is not null ? "print a line that matches"
        : Port is { } port ? $"listen on port {Display.Number(port)}"
        : _state == Exited ? "exit" : $"be {_state}";

    /// <summary>Judges one instance.</summary>
    /// <param name="now">The instance.</param>
    /// <param name="first">The same instance when the wait began; null if it did not exist.</param>
    /// <param name="hasPrinted">Its present run has printed a line that matches.</param>
    public WaitVerdict Judge(ProcessStatus now, ProcessStatus? first, bool hasPrinted)
    {
        var isReached = Log is not null ? hasPrinted
            : Port is { } port ? now.Ports?.Contains(port) == true
            : _state switch
            {
                Exited => HasExited(now, first),
                Healthy => now is { State: ProcessState.Online, Health: true },
                _ => StateNames.NameOf(now.State) == _state,
            };
        if (isReached) return WaitVerdict.Reached;
        return IsAtRest(now) ? WaitVerdict.Impossible : WaitVerdict.Pending;
    }

    /// <summary>No child runs and one has, or one that ran when the wait began has ended.</summary>
    static bool HasExited(ProcessStatus now, ProcessStatus? first) => now.LastRun is { } run
        && (now.Pid is null || (first is not null && run.EndedAt != first.LastRun?.EndedAt));

    /// <summary>Nothing will start it by itself: no restart, no schedule.</summary>
    static bool IsAtRest(ProcessStatus process) => process.NextRunAt is null && (process.State == ProcessState.Errored
        || process is { State: ProcessState.Stopped, Desired: DesiredState.Down });
}
