using Tspm.Config;
using Tspm.Config.Import;

namespace Tspm.Client.Completion;

/// <summary>Candidates that are paths.</summary>
internal static class PathCandidates
{
    /// <summary>Adds the entries of the folder that is being typed; hidden ones only after a dot.</summary>
    public static void AddTo(List<Candidate> into, ICompletionSource source, string word, PathKind kind)
    {
        var begin = word.LastIndexOf('/') + 1;
        var (folder, rest) = (word[..begin], word[begin..]);
        var entries = source.Entries(folder.Length == 0 ? "." : folder);
        foreach (var entry in entries.OrderBy(static entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry.Name[0] == '.' && !rest.StartsWith('.')) continue;
            if (!entry.IsFolder && !Fits(entry, kind)) continue;
            var path = folder + entry.Name + (entry.IsFolder ? "/" : "");
            if (!into.Exists(other => other.Text == path)) into.Add(new Candidate(path, ""));
        }
    }

    static bool Fits(FolderEntry file, PathKind kind) => kind switch
    {
        PathKind.Any => true,
        PathKind.Configs => ForeignFile.HasName(file.Name),
        PathKind.Programs => file.IsExecutable || Interpreters.ForScript(file.Name, static _ => true) is not null,
        _ => false,
    };
}
