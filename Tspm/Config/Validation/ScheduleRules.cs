using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Validation;

/// <summary>
/// What is wrong with a schedule, for <see cref="ConfigValidation"/>: the member below <c>schedule</c>, what was found,
/// and a sentence.
/// </summary>
internal static class ScheduleRules
{
    /// <summary>Null: it is fine.</summary>
    public static ConfigProblem? Problem(ProcessConfig config)
    {
        if (config.Schedule is not { } schedule) return null;
        // A job without times runs when somebody starts it.
        if (schedule is { Cron: null, Action: not ScheduleConfig.Start })
            return new ConfigProblem(".cron", "nothing", "a cron expression",
                "cron is missing; a schedule needs one, such as \"0 3 * * *\"");
        if (schedule.Cron is { } cron && CronTimes.ProblemOf(cron) is { } mistake) return Bad("cron", cron, mistake);
        if (schedule.TimeZone is { } zone && CronTimes.ProblemOfZone(zone) is { } unknown)
            return Bad("timeZone", zone, unknown);
        if (schedule.Action is not (null or ScheduleConfig.Restart or ScheduleConfig.Start))
            return Bad("action", schedule.Action, "must be one of restart, start");
        if (schedule.Overlap is not (null or ScheduleConfig.Skip or ScheduleConfig.Queue or ScheduleConfig.Kill))
            return Bad("overlap", schedule.Overlap, "must be one of skip, queue, kill");
        if (schedule is { Overlap: not null, Action: not ScheduleConfig.Start })
            return Bad("overlap", schedule.Overlap, "is for jobs; set action to start as well");
        return schedule.Action == ScheduleConfig.Start && config.Restart?.Policy == "always"
            ? Bad("action", ScheduleConfig.Start,
                "makes it a job, which ends by itself, but restart.policy is always; use never (the default of a job) "
                    + "or on-failure")
            : null;
    }

    /// <summary>
    /// PM2's users expect of a schedule what is a job here: a program that ends by itself. Null: the schedule restarts
    /// what is started again by nothing else.
    /// </summary>
    public static string? JobHint(ProcessConfig config)
    {
        if (config is not { Schedule.Action: null or ScheduleConfig.Restart }) return null;
        if (RestartPolicy.Of(config).Mode != RestartMode.Always) return null;
        return $"{config.Name} is started again whenever it ends, and not only at the times of its schedule; "
            + "if it ends when its work is done, make it a job: "
            + $"tspm set {ShellWords.Quote(config.NameOrEmpty)} --job";
    }

    static ConfigProblem Bad(string member, string found, string words) =>
        new("." + member, JsonProblems.Quote(found), words, $"{JsonProblems.Quote(found)}: {words}");
}
