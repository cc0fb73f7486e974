using System.Globalization;
using System.Text.Json;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Storage;

/// <summary>
/// Reads and writes <c>processes.json</c> with its three earlier generations. Why generations: a rename is atomic, but
/// disks, people and other programs are not; whatever happens to the file, the state of the last change but one is
/// beside it. A file that cannot be read is moved aside, never deleted, and never written over.
/// </summary>
internal sealed class ProcessStore(TspmHome home, TimeProvider clock)
{
    const int Generations = 3;

    /// <summary>Thousands of processes with an environment each need a tenth of it.</summary>
    const int MaxBytes = 256 << 20;

    /// <summary>What was found, and sentences for <c>status</c> about what had to be done to find it.</summary>
    public sealed record Loaded(ProcessesFile Content, IReadOnlyList<string> Troubles);

    /// <summary>
    /// Reads the newest good generation. Throws <see cref="HomeException"/> when the file is of a newer version or no
    /// generation can be read for want of permission.
    /// </summary>
    public Loaded Load()
    {
        var troubles = new List<string>();
        var current = home.ProcessesFile;
        for (var generation = 0; generation <= Generations; generation++)
        {
            var path = PathOf(generation);
            if (!Platform.FileSystem.IsThere(path)) continue;
            if (TryRead(path, out var problem) is { } content)
            {
                if (generation > 0)
                    troubles.Add($"processes.json was lost or unreadable; the state of {Path.GetFileName(path)} "
                        + "is used");
                ClearWay(generation + 1, troubles);
                _renamesLogs = RenamesLogs(content);
                return new Loaded(content, troubles);
            }
            troubles.Add(SetAside(path, problem));
        }
        if (troubles.Count > 0)
            troubles.Add($"no readable generation of {Path.GetFileName(current)} was left; started empty");
        return new Loaded(ProcessesFile.Empty, troubles);
    }

    /// <summary>An older generation that is a folder, say, would be in the way of every later one.</summary>
    void ClearWay(int from, List<string> troubles)
    {
        for (var generation = from; generation <= Generations; generation++)
            if (Platform.RegularFile.Obstacle(PathOf(generation)) is { } problem)
                troubles.Add(SetAside(PathOf(generation), $"it {problem.Words}"));
    }

    /// <summary>The newest good generation, for readers beside or without a daemon: nothing is moved or said.</summary>
    public ProcessesFile Peek()
    {
        for (var generation = 0; generation <= Generations; generation++)
            if (Platform.FileSystem.IsThere(PathOf(generation)) && TryRead(PathOf(generation), out _) is { } content)
                return content;
        return ProcessesFile.Empty;
    }

    /// <summary>
    /// Writes a new generation; on return it is on disk. Throws IOException or UnauthorizedAccessException; the file on
    /// disk is whole then, old or new.
    /// </summary>
    public void Save(ProcessesFile content)
    {
        var path = home.ProcessesFile;
        // That logs were renamed must not be on disk before the renaming is.
        if (_renamesLogs) SyncLogs();
        var temporary = path + ".tmp";
        AtomicFile.WriteNew(temporary, JsonSerializer.SerializeToUtf8Bytes(content, StorageJson.Default.ProcessesFile),
            durable: true);
        KeepGenerations();
        File.Move(temporary, path, overwrite: true);
        AtomicFile.SyncFolder(path);
        _renamesLogs = RenamesLogs(content);
    }

    /// <summary>The state on disk says that log files are about to be renamed.</summary>
    bool _renamesLogs;

    static bool RenamesLogs(ProcessesFile content)
    {
        foreach (var definition in content.Processes)
            if (definition.LogsUnder is not null) return true;
        return false;
    }

    void SyncLogs()
    {
        if (Directory.Exists(home.LogFolder)) Platform.FileSystem.SyncFolder(home.LogFolder);
    }

    /// <summary>
    /// Shifts .2 to .3 and .1 to .2, then links the current file as .1: at no instant is there no processes.json.
    /// </summary>
    void KeepGenerations()
    {
        if (!File.Exists(home.ProcessesFile)) return;
        for (var generation = Generations - 1; generation >= 1; generation--)
            if (File.Exists(PathOf(generation))) File.Move(PathOf(generation), PathOf(generation + 1), overwrite: true);
        try
        {
            Platform.FileSystem.HardLink(home.ProcessesFile, PathOf(1));
        }
        catch (IOException)
        {
            // A file system without hard links: a copy is as good, and only slower.
            File.Copy(home.ProcessesFile, PathOf(1), overwrite: true);
        }
    }

    static ProcessesFile? TryRead(string path, out string problem)
    {
        problem = "";
        try
        {
            if (Platform.RegularFile.Read(path, MaxBytes, out var unread) is not { } bytes)
            {
                problem = Unusable(path, unread!);
                return null;
            }
            var content = JsonSerializer.Deserialize(bytes, StorageJson.Default.ProcessesFile);
            if (content is null) problem = "it holds no object";
            else if (content.Format > ProcessesFile.CurrentFormat)
                throw new HomeException(
                    $"{path} was written by a newer version of tspm (format {content.Format}; this one reads up to "
                        + $"{ProcessesFile.CurrentFormat}). Run that version, or move the file away");
            else problem = Contradiction(content) ?? "";
            return problem.Length == 0 ? content : null;
        }
        catch (JsonException e)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"it is not valid at line {(e.LineNumber ?? 0) + 1}");
            return null;
        }
    }

    /// <summary>
    /// What is wrong with a file that can never be read, so that it may be moved aside. What may be readable another
    /// time throws <see cref="HomeException"/>.
    /// </summary>
    static string Unusable(string path, Platform.FileProblem problem) => problem.Kind switch
    {
        Platform.FileProblemKind.NotRegular or Platform.FileProblemKind.TooLarge or Platform.FileProblemKind.Missing =>
            $"it {problem.Words}",
        Platform.FileProblemKind.NotPermitted =>
            throw new HomeException($"{path} cannot be read: permission denied. Make it readable for its user "
                + "(chmod 600)", notPermitted: true),
        _ => throw new HomeException($"{path} {problem.Words}"),
    };

    /// <summary>What no daemon writes and none could work with; null: nothing.</summary>
    static string? Contradiction(ProcessesFile content)
    {
        var ids = new HashSet<int>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (content.Environments.Values.Any(environment => environment is null)) return "an environment is null";
        foreach (var definition in content.Processes)
        {
            if (definition is null) return "a process is null";
            if (ProcessName.StoredProblem(definition.Name) is { } problem) return problem;
            if (definition.Instances < 1) return $"'{definition.Name}' has {definition.Instances} instances";
            if (!ids.Add(definition.Id)) return $"two processes have the number {definition.Id}";
            if (!names.Add(definition.Name)) return $"two processes have the name '{definition.Name}'";
        }
        return null;
    }

    string SetAside(string path, string problem)
    {
        var first = $"{path}.broken-{clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        var aside = first;
        for (var number = 2; Platform.FileSystem.IsThere(aside); number++)
            aside = string.Create(CultureInfo.InvariantCulture, $"{first}-{number}");
        // Not moved is not lost: saving would write over it, so this daemon must not start.
        if (Platform.FileSystem.Rename(path, aside) is { } stuck)
            throw new HomeException($"{path} cannot be read ({problem}) and cannot be moved aside: {stuck}");
        return $"{Path.GetFileName(path)} could not be read ({problem}); it is kept as {Path.GetFileName(aside)}";
    }

    string PathOf(int generation) => generation == 0
        ? home.ProcessesFile
        : string.Create(CultureInfo.InvariantCulture, $"{home.ProcessesFile}.{generation}");
}
