
namespace Tspm.Model.State;

/// <summary>Why something happened to a process: the values of <see cref="Cause.Code"/>.</summary>
internal static class CauseCode
{
    /// <summary>Nothing has happened to the process yet.</summary>
    public const string None = "none";

    /// <summary>The cause is not known, or an earlier version recorded it as a sentence.</summary>
    public const string Unknown = "unknown";

    /// <summary>A child ended on its own, with a failure or without.</summary>
    public const string Crash = "crash", Exit = "exit";

    /// <summary>A child ended with success and left the server that it had started running in the background.</summary>
    public const string Background = "background";

    /// <summary>The program could not be started.</summary>
    public const string Spawn = "spawn";

    /// <summary>A user or program requested it.</summary>
    public const string User = "user";

    /// <summary>The daemon is starting its processes, or stopping them because it is about to end.</summary>
    public const string Daemon = "daemon", Shutdown = "shutdown";

    /// <summary>The machine was restarted.</summary>
    public const string Reboot = "reboot";

    /// <summary>
    /// A running child must be replaced: it is over its memory limit, unhealthy, silent, or not ready in time.
    /// </summary>
    public const string Memory = "memory", Health = "health", Watchdog = "watchdog", NotReady = "notReady";

    /// <summary>The kernel killed the child because memory ran out.</summary>
    public const string OutOfMemory = "outOfMemory";

    /// <summary>A watched file changed, a schedule was due, or a dependency is missing or has become ready.</summary>
    public const string Watch = "watch", Schedule = "schedule", Dependency = "dependency";

    /// <summary>A reload failed, and its new child was ended.</summary>
    public const string Reload = "reload";

    /// <summary>All codes that an event may have.</summary>
    public static readonly string[] All =
    [
        Crash, Exit, Background, Spawn, User, Daemon, Shutdown, Reboot, Memory, Health, Watchdog, NotReady, OutOfMemory,
        Watch, Schedule, Dependency, Reload, None, Unknown,
    ];

    /// <summary>Whether a child ended on its own.</summary>
    public static bool IsOwnEnd(string? code) => code is Crash or Exit or Background;

    /// <summary>
    /// Whether a child ended, or could not be started, without a request to stop it: the restart policy decides what
    /// happens next.
    /// </summary>
    public static bool IsEnd(string? code, string? request) =>
        IsOwnEnd(code) || IsFailure(code) || request == CauseRequest.Signal;

    /// <summary>Whether the child failed, either on its own or because it had to be ended.</summary>
    public static bool IsFailure(string? code) =>
        code is Crash or Memory or OutOfMemory or Health or Watchdog or NotReady or Spawn;
}

/// <summary>The requests that change a process: the values of <see cref="Cause.Request"/>.</summary>
internal static class CauseRequest
{
    public const string Start = "start", Stop = "stop", Restart = "restart", Reload = "reload", Scale = "scale",
        Apply = "apply", Delete = "delete", Signal = "signal";

    /// <summary>The process was scaled down, and this instance is no longer needed.</summary>
    public const string FewerInstances = "fewerInstances";
}

/// <summary>Why the restart policy does not start a process again: the values of <see cref="Cause.Outcome"/>.</summary>
internal static class PolicyDecision
{
    /// <summary>There were too many failures in a row.</summary>
    public const string GaveUp = "gaveUp";

    /// <summary>The policy is <c>never</c>; or it is <c>on-failure</c>, and the child did not fail.</summary>
    public const string NeverRestarted = "never", NoFailure = "onFailure";

    /// <summary>The exit code is one of the <c>stopExitCodes</c>.</summary>
    public const string StopExitCode = "stopExitCode";

    /// <summary>A stop had been requested and was waiting for other processes.</summary>
    public const string StopPending = "stopPending";
}
