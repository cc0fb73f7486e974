namespace Tspm.Model.Config;

/// <summary>The <c>schedule</c> object of a config; null members mean the default.</summary>
internal sealed record ScheduleConfig
{
    /// <summary>Five fields (minute, hour, day, month, day of the week), or six with seconds in front. Only a job may
    /// be without.</summary>
    public string? Cron { get; init; }

    /// <summary>Such as Europe/Berlin; the daemon's own without it.</summary>
    public string? TimeZone { get; init; }

    /// <summary>restart (the default): what is up gets a new child. start: a job that runs at these times, or only when
    /// it is started by hand, and ends by itself.</summary>
    public string? Action { get; init; }

    /// <summary>
    /// What a job does whose last run is not over: skip (the default) this time, queue one run behind it, or kill it.
    /// </summary>
    public string? Overlap { get; init; }

    public const string Restart = "restart", Start = "start", Skip = "skip", Queue = "queue", Kill = "kill";
}
