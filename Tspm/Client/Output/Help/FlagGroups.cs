using Tspm.Client.CommandLine;

namespace Tspm.Client.Output.Help;

/// <summary>
/// The groups in which help shows the flags of a verb. Verbs with few flags have one group, called "Flags".
/// </summary>
internal static class FlagGroups
{
    const string Single = "Flags", Process = "The process", Command = "This command";

    /// <summary>The groups in the order of the help: those that people use most come first.</summary>
    static readonly string[] Order =
    [
        Process, "Which lines", Command, "Restarts", "Schedule", "Readiness and dependencies", "Stopping",
        "Log files and input", "Users and priority", Single,
    ];

    /// <summary>The flags of a verb by group. No group is empty; within a group, the order is the verb's.</summary>
    public static List<FlagGroup> Of(Verb verb)
    {
        var groups = new List<FlagGroup>();
        foreach (var title in Order)
        {
            var flags = verb.AllFlags.Where(flag => TitleOf(flag, verb) == title)
                .Select(static flag => Flags.Find(flag)!).ToList();
            if (flags.Count > 0) groups.Add(new FlagGroup(title, flags));
        }
        return groups;
    }

    static string TitleOf(string flag, Verb verb)
    {
        if (verb.Name == "logs")
            return flag is "lines" or "since" or "until" or "grep" or "invert" or "context" or "run" or "out" or "err"
                ? "Which lines" : Command;
        return verb.TakesConfig ? TitleOfConfig(flag) : Single;
    }

    static string TitleOfConfig(string flag) => flag switch
    {
        "name" or "cwd" or "env" or "env-file" or "instances" or "namespace" or "interpreter"
            or "interpreter-args" => Process,
        "memory" or "restart" or "autorestart" or "restart-delay" or "max-restarts" or "min-uptime"
            or "stop-exit-codes" or "watch" or "watch-paths" or "watch-ignore" or "watch-delay" => "Restarts",
        "job" or "cron" or "time-zone" => "Schedule",
        "ready" or "start-timeout" or "health" or "listen" or "depends-on" => "Readiness and dependencies",
        "stop-signal" or "kill-timeout" or "treekill" => "Stopping",
        "out-file" or "err-file" or "merge-logs" or "log-max-size" or "log-keep" or "stdin" => "Log files and input",
        "user" or "group" or "umask" or "nice" => "Users and priority",
        _ => Command,
    };
}

/// <param name="Title">The heading, without a colon.</param>
/// <param name="Flags">At least one.</param>
internal sealed record FlagGroup(string Title, List<Flag> Flags);
