using System.Globalization;
using System.Text.Json;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Storage;

/// <summary>
/// Reads and writes <c>processes.json</c> and keeps its three previous generations. A rename is atomic, but disks,
/// people and other programs are not: whatever happens to the file, the previous state is next to it. An unreadable
/// file is moved aside; it is never deleted or overwritten.
/// </summary>
internal sealed class ProcessStore(TspmHome home, TimeProvider clock)
{
    const int Generations = 3;

    /// <summary>Ten times the size of a file with thousands of processes, each with its own environment.</summary>
    const int MaxBytes = 256 << 20;

    /// <summary>The loaded state, and sentences for <c>status</c> about the repairs that loading it took.</summary>
    public sealed record Loaded(ProcessesFile Content, IReadOnlyList<string> Troubles);

    /// <summary>
    /// Reads the newest readable generation. Throws <see cref="HomeException"/> if the file was written by a newer
    /// version, or if permissions prevent reading it.
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
                    troubles.Add("processes.json was missing or unreadable; restored the state from "
                        + Path.GetFileName(path));
                MoveObstaclesAside(generation + 1, troubles);
                _renamesLogs = RenamesLogs(content);
                return new Loaded(content, troubles);
            }
            troubles.Add(SetAside(path, problem));
        }
        if (troubles.Count > 0)
            troubles.Add($"no generation of {Path.GetFileName(current)} could be read; the daemon started without "
                + "processes");
        return new Loaded(ProcessesFile.Empty, troubles);
    }

    /// <summary>
    /// Anything but a regular file in place of an older generation (a folder, say) would make every later save fail.
    /// </summary>
    void MoveObstaclesAside(int from, List<string> troubles)
    {
        for (var generation = from; generation <= Generations; generation++)
            if (Platform.RegularFile.Obstacle(PathOf(generation)) is { } problem)
                troubles.Add(SetAside(PathOf(generation), $"it {problem.Words}"));
    }

    /// <summary>
    /// Reads the newest readable generation without moving or reporting anything: for readers that are not the daemon.
    /// </summary>
    public ProcessesFile Peek()
    {
        for (var generation = 0; generation <= Generations; generation++)
            if (Platform.FileSystem.IsThere(PathOf(generation)) && TryRead(PathOf(generation), out _) is { } content)
                return content;
        return ProcessesFile.Empty;
    }

    /// <summary>
    /// Writes a new generation, which is on disk when the call returns. Throws IOException or
    /// UnauthorizedAccessException; the file on disk is then intact, old or new.
    /// </summary>
    public void Save(ProcessesFile content)
    {
        var path = home.ProcessesFile;
        // This state says that the logs have been renamed, so the renames must reach the disk first.
        if (_renamesLogs) SyncLogs();
        var temporary = path + ".tmp";
        AtomicFile.WriteNew(temporary, JsonSerializer.SerializeToUtf8Bytes(content, StorageJson.Default.ProcessesFile),
            durable: true);
        KeepGenerations();
        File.Move(temporary, path, overwrite: true);
        AtomicFile.SyncFolder(path);
        _renamesLogs = RenamesLogs(content);
    }

    /// <summary>The state on disk announces that log files are about to be renamed.</summary>
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
    /// Shifts .2 to .3 and .1 to .2, then links the current file as .1. A link, and not a rename, so that
    /// processes.json exists at every instant.
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
            // The file system has no hard links: copying has the same effect, only slower.
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
            if (content is null) problem = "it does not contain a JSON object";
            else if (content.Format > ProcessesFile.CurrentFormat)
                throw new HomeException(
                    $"{path} was written by a newer version of tspm (format {content.Format}; this one reads up to "
                        + $"{ProcessesFile.CurrentFormat}). Run that version, or move the file away");
            else problem = Contradiction(content) ?? "";
            return problem.Length == 0 ? content : null;
        }
        catch (JsonException e)
        {
            problem = string.Create(
                CultureInfo.InvariantCulture, $"it is not valid JSON at line {(e.LineNumber ?? 0) + 1}");
            return null;
        }
    }

    /// <summary>
    /// Says why a file can never be read, which allows moving it aside. Throws <see cref="HomeException"/> if a later
    /// attempt might succeed.
    /// </summary>
    static string Unusable(string path, Platform.FileProblem problem) => problem.Kind switch
    {
        Platform.FileProblemKind.NotRegular or Platform.FileProblemKind.TooLarge or Platform.FileProblemKind.Missing =>
            $"it {problem.Words}",
        Platform.FileProblemKind.NotPermitted =>
            throw new HomeException($"{path} cannot be read: permission denied. Make it readable for the daemon's "
                + $"user (chmod 600 {path})", notPermitted: true),
        _ => throw new HomeException($"{path} {problem.Words}"),
    };

    /// <summary>Finds content that no daemon writes and that none could work with.</summary>
    /// <returns>A phrase about the first problem; null if there is none.</returns>
    static string? Contradiction(ProcessesFile content)
    {
        var ids = new HashSet<int>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (content.Environments.Values.Any(environment => environment is null)) return "an environment is null";
        foreach (var definition in content.Processes)
        {
            if (definition is null) return "a process is null";
            if (ProcessName.StoredProblem(definition.Name) is { } problem) return problem;
            if (definition.Instances is < 1 or > ProcessConfig.MaxInstances)
                return $"'{definition.Name}' has {definition.Instances} instances";
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
        // The next save would overwrite the file, so without moving it this daemon must not start.
        if (Platform.FileSystem.Rename(path, aside) is { } stuck)
            throw new HomeException($"{path} cannot be read ({problem}) and cannot be moved aside: {stuck}");
        return $"{Path.GetFileName(path)} could not be read ({problem}); it is kept as {Path.GetFileName(aside)}";
    }

    string PathOf(int generation) => generation == 0
        ? home.ProcessesFile
        : string.Create(CultureInfo.InvariantCulture, $"{home.ProcessesFile}.{generation}");
}
