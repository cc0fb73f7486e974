using System.Text;
using System.Text.Json;
using Tspm.Config;
using Tspm.Config.Import;
using Tspm.Text;

namespace Tspm.Client.Defining;

/// <summary>Finds and reads the files of other managers, and passes them to the importers.</summary>
internal static class ImportFiles
{
    const int MaxBytes = 4 << 20;

    /// <summary>The usual names and places of PM2's files, in the order in which they are tried.</summary>
    static string[] Pm2Files =>
    [
        "ecosystem.config.js", "ecosystem.config.cjs", "ecosystem.config.mjs", "ecosystem.config.json",
        "ecosystem.config.yml",
        "ecosystem.config.yaml", "ecosystem.json", "pm2.config.js", "pm2.json", "process.json", "process.yml",
        Path.Combine(Pm2Home(), "dump.pm2"),
    ];

    /// <exception cref="ImportException">The file cannot be read; the message names it.</exception>
    public static Imported Pm2(string? file, string? profile)
    {
        var path = Existing(file ?? First(Pm2Files), "an ecosystem file or dump.pm2");
        return Named(path, file, () => Pm2Import.Read(
            Document(path), Path.GetDirectoryName(path)!, profile, ClientContextBuilder.KeptEnvironment(),
            ScriptFile.Look));
    }

    public static Imported Supervisord(string? file)
    {
        var path = Existing(file
            ?? First("supervisord.conf", "etc/supervisord.conf", "/etc/supervisord.conf",
                "/etc/supervisor/supervisord.conf"), "supervisord.conf");
        return Named(path, file, () => SupervisordImport.Read(
            Text(path), path, CurrentFolder.Get(), ClientContextBuilder.KeptEnvironment(), Environment.MachineName,
            Included, Text));
    }

    public static Imported Procfile(string? file, string? envFile)
    {
        var path = Existing(file ?? First("Procfile"), "Procfile");
        var folder = Path.GetDirectoryName(path)!;
        string? found = null;
        if (envFile is not null) envFile = Existing(envFile, "the env file");
        else if (File.Exists(Path.Combine(folder, ".env")))
        {
            envFile = Path.Combine(folder, ".env");
            found = $"using {envFile} as the env file";
        }
        return Named(path, file, () =>
        {
            int? port = null;
            if (envFile is not null)
            {
                var read = EnvFile.Read(envFile, ClientContextBuilder.KeptEnvironment());
                if (read.Problem is { } problem) throw new ImportException(problem);
                if (read.Values!.TryGetValue("PORT", out var said) && int.TryParse(said, out var number)) port = number;
            }
            var imported = ProcfileImport.Read(Text(path), folder, envFile, port);
            if (found is not null) imported.Notes.Insert(0, found);
            return imported;
        });
    }

    static string Pm2Home() =>
        Environment.GetEnvironmentVariable("PM2_HOME") is { Length: > 0 } home
            ? home
            : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".pm2");

    static bool IsYaml(string path) =>
        path.EndsWith(".yml", StringComparison.Ordinal) || path.EndsWith(".yaml", StringComparison.Ordinal);

    static JsonElement Document(string path)
    {
        if (path.EndsWith("js", StringComparison.Ordinal)) return NodeEvaluator.Read(path);
        return IsYaml(path) ? YamlText.Read(Text(path)) : ForeignFile.Json(Text(path));
    }

    /// <summary>Reads a file, and names it in notes and errors.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="typed">The file as the user named it; null: a note says which file was found.</param>
    /// <param name="read">Reads the file.</param>
    static Imported Named(string path, string? typed, Func<Imported> read)
    {
        var wasFound = typed is null;
        try
        {
            var imported = read();
            if (wasFound) imported.Notes.Insert(0, $"read from {path}");
            else imported.NameFile(ShellWords.Quote(typed!));
            imported.Folder = ProjectFile.FolderOf(path);
            return imported;
        }
        catch (ImportException mistake)
        {
            throw new ImportException($"{path}: {mistake.Message}");
        }
        catch (TextFileException mistake)
        {
            throw new ImportException(mistake.Message);
        }
    }

    static string? First(params string[] files)
    {
        foreach (var file in files)
            if (File.Exists(file)) return file;
        return null;
    }

    static string Existing(string? file, string what) =>
        file is null
            ? throw new ImportException($"cannot find {what} here; give the path of the file")
            : File.Exists(file)
                ? CurrentFolder.AbsoluteHere(file)
                : throw new ImportException($"{file} does not exist");

    static string Text(string path) => Encoding.UTF8.GetString(TextFile.ReadBytes(path, MaxBytes)).TrimStart('\uFEFF');

    /// <summary>Finds files by a pattern, in which folders may be patterns too; sorted.</summary>
    static List<string> Included(string pattern)
    {
        List<string> places = ["/"];
        var parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            var next = new List<string>();
            foreach (var place in places)
            {
                if (!Glob.IsPattern(parts[i])) next.Add(Path.Combine(place, parts[i]));
                else if (Directory.Exists(place))
                    foreach (var entry in Directory.EnumerateFileSystemEntries(place))
                        if (Glob.IsMatch(parts[i], Path.GetFileName(entry))) next.Add(entry);
            }
            places = next;
        }
        return [.. places.Where(File.Exists).Order(StringComparer.Ordinal)];
    }
}
