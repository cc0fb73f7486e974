using Tspm.Client.Terminal;
using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>Verbs that only PM2 has, with the commands to type instead.</summary>
internal static class Pm2Verbs
{
    /// <param name="typed">The verb, in any spelling that PM2 accepts.</param>
    /// <param name="rest">The arguments after the verb.</param>
    /// <returns>Null if PM2 does not have the verb either.</returns>
    public static UsageException? Refusal(string typed, string[] rest)
    {
        var what = rest.FirstOrDefault(static word => word.Length > 0 && word[0] != '-');
        var (file, name) = (Shown(what ?? "FILE"), Shown(what ?? "NAME"));
        var instead = typed.ToLowerInvariant() switch
        {
            "startorrestart" or "startorreload" or "startorgracefulreload" =>
                $"tspm start {file} (starts processes that are down, and restarts those that the file changes)",
            "gracefulreload" => $"tspm reload {name}",
            "prettylist" => "tspm list --json",
            "sendsignal" => $"tspm signal {string.Join(' ', rest.Select(Shown).DefaultIfEmpty("SIGNAL NAME"))}",
            "reloadlogs" => "tspm reopen",
            "report" => "tspm status",
            "updatepm2" or "update" => "tspm daemon upgrade",
            _ => null,
        };
        return instead is null ? null
            : new UsageException($"'{ControlText.Escape(typed)}' is a verb of PM2; here, type: {instead}");
    }

    static string Shown(string word) => word is "FILE" or "NAME" ? word : ControlText.Escape(ShellWords.Quote(word));
}
