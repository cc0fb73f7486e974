using Tspm.Client.Connection;
using Tspm.Client.Terminal;
using Tspm.Config.Import;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Defining;

/// <summary>
/// PM2's users name a file where a process is expected. This version takes processes, so it says which ones the file
/// names.
/// </summary>
internal static class FileSelector
{
    /// <summary>To be added to the sentence about an unknown process; empty: no file is meant.</summary>
    /// <param name="verb">What was to be done with them.</param>
    /// <param name="request">Of any verb.</param>
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
                return $"; {ControlText.Escape(word)} is a file, and '{verb}' takes processes: tspm {verb} {names}";
        return "";
    }

    /// <summary>Null: it is no file of processes. Nothing is evaluated: a script of PM2 only says that it is
    /// one.</summary>
    static string? NamesIn(string word)
    {
        var files = StartFiles.Here;
        var kind = files.Recognise(word);
        if (kind is not (FileKind.Tspm or FileKind.Pm2)) return null;
        var isScript = word.EndsWith("js", StringComparison.Ordinal);
        try
        {
            if (kind == FileKind.Tspm) return Names(ProjectFile.Read(word).Processes);
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
