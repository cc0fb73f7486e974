using Tspm.Client.Connection;
using Tspm.Client.Terminal;
using Tspm.Config.Import;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Defining;

/// <summary>
/// Users of PM2 name a PM2 file where a process is expected. Tspm accepts only its own config files there (<see
/// cref="FileSelection"/>), so the message lists the processes that the file defines.
/// </summary>
internal static class FileSelector
{
    /// <summary>A hint for the message about an unknown process.</summary>
    /// <param name="verb">The verb that was typed.</param>
    /// <param name="request">The request of any verb.</param>
    /// <returns>An empty string if no selector is a file.</returns>
    public static string Hint(string verb, object request)
    {
        var selectors = request switch
        {
            StopRequest stop => stop.Selectors,
            RestartRequest restart => restart.Selectors,
            DeleteRequest delete => delete.Selectors,
            _ => [],
        };
        foreach (var word in selectors)
            if (NamesIn(word) is { } names)
                return $"; {ControlText.Escape(word)} is a file, but '{verb}' takes processes: tspm {verb} {names}";
        return "";
    }

    /// <summary>Lists the processes in a file. Does not evaluate scripts: for those it returns a placeholder.</summary>
    /// <returns>Null if the word does not name a file of processes.</returns>
    static string? NamesIn(string word)
    {
        if (LocalFiles.Here.Recognise(word) != FileKind.Pm2) return null;
        var isScript = word.EndsWith("js", StringComparison.Ordinal);
        try
        {
            return isScript ? "NAME…" : Names(ImportFiles.Pm2(word, null).Processes);
        }
        catch (Exception mistake) when (mistake is DaemonException or ImportException)
        {
            return "NAME…";
        }
    }

    static string Names(IReadOnlyList<Tspm.Model.Config.ProcessConfig> configs) =>
        string.Join(' ', configs.Select(static config => ShellWords.Quote(config.NameOrEmpty)));
}
