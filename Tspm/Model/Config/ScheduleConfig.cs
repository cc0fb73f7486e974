namespace Tspm.Model.Config;

/// <summary>The <c>schedule</c> object of a config; null members mean the default.</summary>
internal sealed record ScheduleConfig
{
    /// <summary>
    /// Five fields (minute, hour, day, month, day of the week), or six with seconds first. Only a job may have none.
    /// </summary>
    public string? Cron { get; init; }

    /// <summary>A time zone such as Europe/Berlin; the daemon's own by default.</summary>
    public string? TimeZone { get; init; }

    /// <summary>
    /// <c>restart</c> (the default) replaces the running child. <c>start</c> makes the process a job, which runs at
    /// these times, or only when it is started by hand, and ends on its own.
    /// </summary>
    public string? Action { get; init; }

    /// <summary>
    /// What happens if the previous run of a job is not over: <c>skip</c> this run (the default), <c>queue</c> one run
    /// after it, or <c>kill</c> the previous run.
    /// </summary>
    public string? Overlap { get; init; }

    /// <summary>The values of <see cref="Action"/> and <see cref="Overlap"/>.</summary>
    public const string Restart = "restart", Start = "start", Skip = "skip", Queue = "queue", Kill = "kill";
}
