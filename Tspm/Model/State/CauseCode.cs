
namespace Tspm.Model.State;

/// <summary>Why something happened to a process: the values of <see cref="Cause.Code"/>.</summary>
internal static class CauseCode
{
    /// <summary>Nothing has happened to it yet.</summary>
    public const string None = "none";

    /// <summary>Not known, or recorded as a sentence by an earlier version.</summary>
    public const string Unknown = "unknown";

    /// <summary>A child ended by itself, with a failure or without.</summary>
    public const string Crash = "crash", Exit = "exit";

    /// <summary>A child ended well and left the server that it started running in the background.</summary>
    public const string Background = "background";

    /// <summary>The program could not be started.</summary>
    public const string Spawn = "spawn";

    /// <summary>Somebody asked for it.</summary>
    public const string User = "user";

    /// <summary>The daemon starts its processes, or stops them because it ends itself.</summary>
    public const string Daemon = "daemon", Shutdown = "shutdown";

    /// <summary>The machine was restarted.</summary>
    public const string Reboot = "reboot";

    /// <summary>A child that runs is of no use: over its memory limit, unhealthy, silent, not ready in time.</summary>
    public const string Memory = "memory", Health = "health", Watchdog = "watchdog", NotReady = "notReady";

    /// <summary>The kernel killed it because memory ran out.</summary>
    public const string OutOfMemory = "outOfMemory";

    /// <summary>A watched file changed, a schedule was due, a dependency is missing or has come.</summary>
    public const string Watch = "watch", Schedule = "schedule", Dependency = "dependency";

    /// <summary>A reload was given up, and its new child with it.</summary>
    public const string Reload = "reload";

    /// <summary>All that an event may have.</summary>
    public static readonly string[] All =
    [
        Crash, Exit, Background, Spawn, User, Daemon, Shutdown, Reboot, Memory, Health, Watchdog, NotReady, OutOfMemory,
        Watch, Schedule, Dependency, Reload, None, Unknown,
    ];

    /// <summary>A child ended by itself, whatever came of it.</summary>
    public static bool IsOwnEnd(string? code) => code is Crash or Exit or Background;

    /// <summary>
    /// A child ended or could not be started, and nobody had asked for that: what follows is up to the restart policy.
    /// </summary>
    public static bool IsEnd(string? code, string? request) =>
        IsOwnEnd(code) || IsFailure(code) || request == CauseRequest.Signal;

    /// <summary>The child failed: by itself, or it had to be ended because it was of no use.</summary>
    public static bool IsFailure(string? code) =>
        code is Crash or Memory or OutOfMemory or Health or Watchdog or NotReady or Spawn;
}

/// <summary>What somebody asked for: the values of <see cref="Cause.Request"/>.</summary>
internal static class CauseRequest
{
    public const string Start = "start", Stop = "stop", Restart = "restart", Reload = "reload", Scale = "scale",
        Apply = "apply", Delete = "delete", Signal = "signal";

    /// <summary>There are fewer instances than before, and this one is too many.</summary>
    public const string FewerInstances = "fewerInstances";
}

/// <summary>Why the restart policy does not start a process again: the values of <see cref="Cause.Outcome"/>.</summary>
internal static class CauseOutcome
{
    /// <summary>Too many failures in a row.</summary>
    public const string GaveUp = "gaveUp";

    /// <summary>The policy is <c>never</c>, or <c>on-failure</c> and this was none.</summary>
    public const string NeverRestarted = "never", NoFailure = "onFailure";

    /// <summary>It ended with one of its <c>stopExitCodes</c>.</summary>
    public const string StopExitCode = "stopExitCode";

    /// <summary>Its stop had been asked for and was waiting for others.</summary>
    public const string StopPending = "stopPending";
}
