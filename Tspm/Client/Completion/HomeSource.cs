using Tspm.Client.Connection;
using Tspm.Model.State;
using Tspm.Storage;

namespace Tspm.Client.Completion;

/// <summary>
/// Reads candidates from files. Every change is in processes.json before its command returns, so no daemon has to be
/// asked: completion works without one, and does not wait for one that is stopped.
/// </summary>
/// <param name="home">Null if there is none, or if the daemon of another machine is meant.</param>
internal sealed class HomeSource(TspmHome? home) : ICompletionSource
{
    /// <summary>More would not help anybody who presses Tab.</summary>
    const int MostEntries = 4000;

    const int MaxSshBytes = 1 << 20;

    public IReadOnlyList<ProcessDefinition> Processes()
    {
        try
        {
            return home is null ? [] : new ProcessStore(home, TimeProvider.System).Peek().Processes;
        }
        catch (Exception e) when (e is HomeException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public IReadOnlyList<string> Hosts()
    {
        var hosts = new List<string>();
        if (home is not null && SettingsFile.Read(home, out _).Hosts is { } named) hosts.AddRange(named.Keys);
        var config = Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".ssh/config");
        if (Platform.RegularFile.Read(config, MaxSshBytes, out _) is { } bytes)
            hosts.AddRange(RemoteHost.NamesIn(System.Text.Encoding.UTF8.GetString(bytes)));
        return hosts;
    }

    public List<FolderEntry> Entries(string folder)
    {
        var entries = new List<FolderEntry>();
        try
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(folder))
            {
                if (entries.Count == MostEntries) break;
                var isFolder = Directory.Exists(path);
                var isExecutable = !isFolder && Platform.FileSystem.IsExecutable(path);
                entries.Add(new FolderEntry(Path.GetFileName(path), isFolder, isExecutable));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be read has no candidates.
        }
        return entries;
    }
}
