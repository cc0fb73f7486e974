namespace Tspm.Client.CommandLine;

/// <summary>Other spellings of flags: single letters, and the names that PM2 and older versions use.</summary>
internal static class FlagSpelling
{
    /// <summary>
    /// Maps a long spelling, without dashes, to the flag's name. Returns an unknown spelling unchanged.
    /// </summary>
    public static string Canonical(string spelled, Verb? verb) => spelled switch
    {
        "max-memory-restart" or "memory-limit" => "memory",
        "cron-restart" => "cron",
        "exp-backoff-restart-delay" => "restart-delay",
        "output" => "out-file",
        // `logs --error` selects a stream; `start --error FILE` names a file.
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
        // `import procfile --env .env` names a file; `start --env A=1` sets a variable.
        "env" when verb?.Name == "import" => "env-file",
        "environment" => "env",
        "working-dir" or "workdir" or "project-dir" => "cwd",
        "combine-logs" => "merge-logs",
        "max-size" => "log-max-size",
        "time" => "timestamps",
        _ => spelled,
    };

    /// <returns>The name of the flag with this letter, or null if there is none.</returns>
    public static string? OfLetter(char letter, Verb? verb) => letter switch
    {
        'n' when verb?.Name == "why" => "exits",
        'n' => IsLogs(verb) ? "lines" : "name",
        'f' => IsLogs(verb) || IsList(verb) ? "follow" : "force",
        'w' when IsList(verb) => "wide",
        'q' when IsList(verb) => "quiet",
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

    /// <returns>The letter that help shows for a flag, or null if it has none.</returns>
    public static char? LetterOf(string name, Verb? verb)
    {
        foreach (var letter in "nfeiohCtkawq")
            if (OfLetter(letter, verb) == name) return letter;
        return null;
    }

    /// <summary>The spelling that help shows, such as "-n, --name NAME".</summary>
    public static string InHelp(Flag flag, Verb verb)
    {
        if (flag.Name == "env-file" && verb.Name == "import") return "--env NAME|FILE";
        var letter = LetterOf(flag.Name, verb) is { } known ? $"-{known}, " : "";
        return $"{letter}--{(flag.ShownAsNo ? "no-" : "")}{flag.Name} {flag.ValueName}".TrimEnd();
    }

    static bool IsList(Verb? verb) => verb?.Name == "list";

    static bool IsLogs(Verb? verb) => verb?.Name is "logs" or "events" or "why";
}
