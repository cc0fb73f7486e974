using System.Globalization;

namespace Tspm.Model.State;

/// <summary>Turns a <see cref="Cause"/> into words; nothing else does.</summary>
internal static class CauseText
{
    /// <summary>A phrase such as "stopped by user" or "exited 7; gave up after 10 failures in a row".</summary>
    public static string Describe(Cause cause) => What(cause) + Outcome(cause);

    /// <summary>The phrase without the decision of the restart policy.</summary>
    public static string What(Cause cause) => cause switch
    {
        { Code: CauseCode.None } => "never started",
        { Code: CauseCode.User, Request: CauseRequest.Signal } => $"{cause.Exit} (sent by 'tspm signal')",
        { Code: CauseCode.User } => Requested(cause.Request),
        { Code: CauseCode.Shutdown } => "the daemon was stopped",
        { Code: CauseCode.Daemon } => "started with the daemon",
        { Code: CauseCode.Reboot } => "the machine was restarted",
        { Code: CauseCode.Watch } => $"watch: {cause.Detail} changed",
        { Code: CauseCode.Schedule } => $"schedule: {cause.Detail}",
        { Code: CauseCode.Dependency, Detail: null } => "its dependencies are ready",
        { Exit: { } exit, Detail: null } => exit.ToString(),
        { Exit: { } exit, Code: CauseCode.Background } => $"{exit} and {cause.Detail}",
        _ => cause.Detail ?? "cause unknown",
    };

    /// <summary>
    /// The decision of the restart policy, beginning with a semicolon; empty if there is nothing to mention.
    /// </summary>
    public static string Outcome(Cause cause) => cause.Outcome switch
    {
        PolicyDecision.GaveUp => $"; gave up after {Times(cause.Failures)} in a row",
        PolicyDecision.NeverRestarted => "; restart policy is never",
        PolicyDecision.NoFailure => "; restart policy is on-failure",
        PolicyDecision.StopExitCode => "; not restarted: the exit code is in stopExitCodes",
        PolicyDecision.StopPending => "; not restarted: a stop was pending",
        _ => "",
    };

    static string Requested(string? request) => request switch
    {
        CauseRequest.Start => "started by user",
        CauseRequest.Stop => "stopped by user",
        CauseRequest.Restart => "restarted by user",
        CauseRequest.Reload => "reloaded by user",
        CauseRequest.Scale => "scaled by user",
        CauseRequest.Apply => "applied by user",
        CauseRequest.Delete => "deleted by user",
        CauseRequest.FewerInstances => "scaled down",
        _ => "requested by user",
    };

    static string Times(int count) =>
        count == 1 ? "1 failure" : string.Create(CultureInfo.InvariantCulture, $"{count} failures");
}
