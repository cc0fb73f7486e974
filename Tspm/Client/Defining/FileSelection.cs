using Tspm.Client.Connection;
using Tspm.Client.Offline;
using Tspm.Client.Terminal;
using Tspm.Config;
using Tspm.Config.Import;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Defining;

/// <summary>
/// Selectors of which some are config files: each file stands for the processes that it defines. A process whose name
/// is the word wins over a file.
/// </summary>
internal sealed class FileSelection
{
    readonly List<Known> _known;

    FileSelection(List<Known> known) => _known = known;

    /// <summary>Replaces config files with the names of their processes.</summary>
    /// <param name="session">Reads which processes there are, and gets a note about those that do not exist.</param>
    /// <param name="words">The selectors as they were typed.</param>
    /// <returns>Null if none of the words is a config file.</returns>
    /// <exception cref="DaemonException">A file is not valid, or none of its processes exists.</exception>
    public static IReadOnlyList<string>? Expand(ClientSession session, IReadOnlyList<string> words)
    {
        if (!words.Any(IsFile)) return null;
        var selection = new FileSelection(KnownTo(session));
        var expanded = new List<string>();
        foreach (var word in words)
        {
            if (!IsFile(word) || selection.Knows(word)) expanded.Add(word);
            else expanded.AddRange(selection.NamesIn(word, session));
        }
        return [.. expanded.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The names of the processes of a config file that exist, in the order of the file.</summary>
    /// <exception cref="DaemonException">The file is not valid.</exception>
    public static IReadOnlyList<string> Existing(ClientSession session, string path)
    {
        var file = ProjectFile.Read(path);
        var selection = new FileSelection(KnownTo(session));
        return [.. NamesOf(file).Where(name => selection.Has(name, file.Project))];
    }

    /// <summary>A process that exists.</summary>
    sealed record Known(string Name, string? Project);

    static bool IsFile(string word) => LocalFiles.Here.Recognise(word) == FileKind.Tspm;

    static List<Known> KnownTo(ClientSession session)
    {
        using var daemon = session.ConnectIfRunning();
        if (daemon is null)
            return [.. OfflineProcesses.Read(session.Home)
                .Select(static saved => new Known(saved.Definition.Name, saved.Definition.Project))];
        var list = daemon.Call(Methods.List, new ListRequest());
        return [.. list.Processes.Select(static process => new Known(process.Name, process.Project))];
    }

    bool Knows(string name) => _known.Exists(known => known.Name == name);

    /// <summary>Whether a process is the one that the file means. One without a project belongs to any file.</summary>
    bool Has(string name, string project) =>
        _known.Exists(known => known.Name == name && (known.Project is null || known.Project == project));

    static List<string> NamesOf(ProjectFile file) =>
        [.. file.Processes.Select(static config => DefaultProcessName.Fill(config).NameOrEmpty)];

    List<string> NamesIn(string path, ClientSession session)
    {
        var file = ProjectFile.Read(path);
        var names = NamesOf(file);
        List<string> missing = [.. names.Where(name => !Has(name, file.Project))];
        if (missing.Count == 0 && names.Count > 0) return names;
        var remedy = $"to start what it defines: tspm start {ControlText.Escape(ShellWords.Quote(path))}";
        if (missing.Count == names.Count)
            throw new DaemonException(ErrorCode.NoSuchProcess,
                names.Count == 0 ? $"{path} defines no process" : $"no process of {path} exists yet; {remedy}");
        session.Err.WriteLine(
            $"not defined yet: {ControlText.Escape(string.Join(", ", missing))}; {remedy}");
        return [.. names.Except(missing)];
    }
}
