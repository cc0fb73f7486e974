using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Validation;

/// <summary>
/// Checks a schedule for <see cref="ConfigValidation"/> and reports the member below <c>schedule</c>, what was found,
/// and a sentence.
/// </summary>
internal static class ScheduleRules
{
    /// <summary>Checks a schedule.</summary>
    /// <returns>All problems; empty if it is valid.</returns>
    public static IEnumerable<ConfigProblem> Problems(ProcessConfig config)
    {
        if (config.Schedule is not { } schedule) yield break;
        // A job without times runs when somebody starts it.
        if (schedule is { Cron: null, Action: not ScheduleConfig.Start })
            yield return new ConfigProblem(".cron", "nothing", "a cron expression",
                "cron is missing; a schedule needs one, such as \"0 3 * * *\"");
        if (schedule.Cron is { } cron && CronTimes.ProblemOf(cron) is { } mistake)
            yield return Bad("cron", cron, $"is not valid; {mistake}");
        if (schedule.TimeZone is { } zone && CronTimes.ProblemOfZone(zone) is { } unknown)
            yield return Bad("timeZone", zone, $"is not valid; {unknown}");
        if (schedule.Action is not (null or ScheduleConfig.Restart or ScheduleConfig.Start))
            yield return Bad("action", schedule.Action, "must be one of restart, start");
        if (schedule.Overlap is not (null or ScheduleConfig.Skip or ScheduleConfig.Queue or ScheduleConfig.Kill))
            yield return Bad("overlap", schedule.Overlap, "must be one of skip, queue, kill");
        else if (schedule is { Overlap: not null, Action: not ScheduleConfig.Start })
            yield return Bad("overlap", schedule.Overlap, "is only for jobs; also set action to start");
        if (schedule.Action == ScheduleConfig.Start && config.Restart?.Policy == "always")
            yield return Bad("action", ScheduleConfig.Start,
                "makes this a job, which ends on its own, but restart.policy is always; use never (the default for "
                    + "jobs) or on-failure");
    }

    /// <summary>
    /// A hint for PM2 users, who expect a schedule to start a program that ends on its own, which is a job in Tspm.
    /// </summary>
    /// <returns>Null unless the process is restarted both by its schedule and whenever it ends.</returns>
    public static string? JobHint(ProcessConfig config)
    {
        if (config is not { Schedule.Action: null or ScheduleConfig.Restart }) return null;
        if (RestartPolicy.From(config).Mode != RestartMode.Always) return null;
        return $"{config.Name} is restarted whenever it ends, not only at the times of its schedule; "
            + "if it ends when its work is done, make it a job: "
            + $"tspm set {ShellWords.Quote(config.NameOrEmpty)} --job";
    }

    static ConfigProblem Bad(string member, string found, string words) =>
        new("." + member, JsonProblems.Quote(found), words, $"{JsonProblems.Quote(found)} {words}");
}
