using Tspm.Client.Terminal;
using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Verbs and flags that only other tools have (PM2, supervisorctl, systemctl, docker compose), with the commands to
/// type instead. A verb that Tspm has too is not here, unless it means something else there.
/// </summary>
internal static class ForeignVerbs
{
    /// <param name="typed">The verb, in any spelling that the other tool accepts.</param>
    /// <param name="rest">The arguments after the verb.</param>
    /// <returns>Null if no other tool has the verb either.</returns>
    public static UsageException? Refusal(string typed, string[] rest)
    {
        var names = Names(rest);
        var name = names ?? "NAME";
        if (OfPm2(typed.ToLowerInvariant(), rest) is { } pm2)
            return new UsageException($"'{ControlText.Escape(typed)}' is a verb of PM2; here, type: {pm2}");
        var instead = typed.ToLowerInvariant() switch
        {
            "stat" when names is null => "tspm status (the daemon), or tspm list (the processes)",
            "stat" or "inspect" => $"tspm describe {name}",
            "remove" or "destroy" or "erase" => $"tspm delete {name}",
            "create" or "define" => $"tspm add {names ?? "COMMAND"}",
            "tail" => $"tspm logs -f{(names is null ? "" : " " + names)}",
            "journal" => $"tspm logs{(names is null ? "" : " " + names)}",
            "try-restart" or "condrestart" or "bounce" => $"tspm restart {name}",
            "reload-or-restart" => $"tspm reload {name}",
            "is-active" or "isactive" => $"tspm pid {name} (exit code 1 unless it runs)",
            "cat" => $"tspm export config {name}",
            "reread" or "daemon-reload" => "tspm apply FILE",
            "shutdown" => "tspm daemon stop",
            "halt" => $"tspm stop {name}",
            "fg" or "attach" => $"tspm logs -f {name}",
            _ => null,
        };
        return instead is null ? null
            : new UsageException($"'{ControlText.Escape(typed)}' is not a verb of tspm; type: {instead}");
    }

    static string? OfPm2(string verb, string[] rest) => verb switch
    {
        "startorrestart" or "startorreload" or "startorgracefulreload" =>
            $"tspm start {rest.Where(IsName).Select(Shown).FirstOrDefault("FILE")} "
            + "(starts processes that are down, and restarts those that the file changes)",
        "gracefulreload" => $"tspm reload {Names(rest) ?? "NAME"}",
        "prettylist" => "tspm list --json",
        "sendsignal" => $"tspm signal {string.Join(' ', rest.Select(Shown).DefaultIfEmpty("SIGNAL NAME"))}",
        "reloadlogs" => "tspm reopen",
        "report" => "tspm status",
        "updatepm2" or "update" => "tspm daemon upgrade",
        _ => null,
    };

    /// <summary>
    /// Refuses names after a verb that concerns the daemon or its service: in other tools it concerns a process.
    /// </summary>
    /// <returns>Null if the verb takes names, or none was given.</returns>
    public static UsageException? Misdirected(Verb verb, string[] words)
    {
        if (Names(words) is not { } names) return null;
        return verb.Name switch
        {
            "status" => new UsageException(
                $"'status' is about the daemon and takes no process; type: tspm describe {names}"),
            "kill" => new UsageException(
                "'kill' would stop the daemon and all processes, as in PM2; to kill only this, type: "
                + $"tspm signal KILL {names}; to stop the daemon: tspm daemon stop"),
            "enable" or "disable" => new UsageException(
                $"'{verb.Name}' is about the boot service and takes no process; type: "
                + string.Join("; ", words.Where(IsName).Select(word =>
                    $"tspm set {Shown(word)} enabled={(verb.Name == "enable" ? "true" : "false")}"))),
            _ => null,
        };
    }

    /// <summary>Whether a flag that a verb does not have means all processes, as in docker and supervisorctl.</summary>
    public static UsageException? All(Verb verb, string spelled)
    {
        if (spelled != "--all" || !verb.Usage.Contains("SELECTOR", StringComparison.Ordinal)) return null;
        var all = verb.MinWords > 0 || verb.Name == "start" ? " all" : "";
        return new UsageException($"'{verb.Name}' has no flag '--all'; for all processes, type: tspm {verb.Name}{all}");
    }

    static bool IsName(string word) => word.Length > 0 && word[0] != '-';

    static string? Names(string[] words)
    {
        var names = string.Join(' ', words.Where(IsName).Select(Shown));
        return names.Length == 0 ? null : names;
    }

    static string Shown(string word) => ControlText.Escape(ShellWords.Quote(word));
}
