using Tspm.Client.Terminal;
using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>Verbs that PM2 has and Tspm does not, with what to type instead.</summary>
internal static class Pm2Verbs
{
    /// <summary>Null: PM2 has no such verb either.</summary>
    /// <param name="typed">The verb, in any spelling that PM2 takes.</param>
    /// <param name="rest">What follows it.</param>
    public static UsageException? Refusal(string typed, string[] rest)
    {
        var what = rest.FirstOrDefault(static word => word.Length > 0 && word[0] != '-');
        var (file, name) = (Shown(what ?? "FILE"), Shown(what ?? "NAME"));
        var instead = typed.ToLowerInvariant() switch
        {
            "startorrestart" or "startorreload" or "startorgracefulreload" =>
                $"tspm start {file} (starts what is down, and restarts what the file changes)",
            "gracefulreload" => $"tspm reload {name}",
            "prettylist" => "tspm list --json",
            "updatepm2" or "update" => "tspm daemon upgrade",
            _ => null,
        };
        return instead is null ? null
            : new UsageException($"'{ControlText.Escape(typed)}' is a verb of PM2; here, type: {instead}");
    }

    static string Shown(string word) => word is "FILE" or "NAME" ? word : ControlText.Escape(ShellWords.Quote(word));
}
