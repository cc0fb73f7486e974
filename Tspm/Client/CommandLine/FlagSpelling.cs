namespace Tspm.Client.CommandLine;

/// <summary>Other spellings of the flags: one letter, and what PM2 and older versions call the same thing.</summary>
internal static class FlagSpelling
{
    /// <summary>The flag's own name for a long spelling, without dashes. Unknown ones come back as they are.</summary>
    public static string Canonical(string spelled, Verb? verb) => spelled switch
    {
        "max-memory-restart" or "memory-limit" => "memory",
        "cron-restart" => "cron",
        "exp-backoff-restart-delay" => "restart-delay",
        "output" => "out-file",
        // `logs --error` is a stream, `start --error FILE` a file.
        "error" => IsLogs(verb) ? "err" : "err-file",
        "ignore-watch" => "watch-ignore",
        "watch-path" => "watch-paths",
        "timezone" => "time-zone",
        "wait-ready" => "ready",
        "listen-timeout" => "start-timeout",
        "node-args" => "interpreter-args",
        "timestamp" => "timestamps",
        "uid" => "user",
        "gid" => "group",
        // `import procfile --env .env` names a file, `start --env A=1` a variable.
        "env" when verb?.Name == "import" => "env-file",
        "environment" => "env",
        "working-dir" or "workdir" or "project-dir" => "cwd",
        "combine-logs" => "merge-logs",
        "max-size" => "log-max-size",
        "time" => "timestamps",
        _ => spelled,
    };

    /// <summary>The flag's name for a single letter, null when the letter means nothing.</summary>
    public static string? OfLetter(char letter, Verb? verb) => letter switch
    {
        'n' when verb?.Name == "why" => "exits",
        'n' => IsLogs(verb) ? "lines" : "name",
        'f' => IsLogs(verb) ? "follow" : "force",
        'e' => "env",
        'i' => "instances",
        'o' => "out-file",
        'u' => "user",
        'k' => "kill-timeout",
        'a' => "update-env",
        's' => "silent",
        'c' => "cron",
        'C' => "context",
        't' => "timestamps",
        'H' => "host",
        'h' => "help",
        'v' or 'V' => "version",
        _ => null,
    };

    /// <summary>The letter of a flag for the help, null when it has none.</summary>
    public static char? LetterOf(string name, Verb verb)
    {
        foreach (var letter in "nfeiohCtka")
            if (OfLetter(letter, verb) == name) return letter;
        return null;
    }

    static bool IsLogs(Verb? verb) => verb?.Name is "logs" or "events" or "why";
}
