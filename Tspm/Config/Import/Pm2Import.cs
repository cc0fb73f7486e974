using System.Text.Json;
using Tspm.Json;
using Tspm.Model.Config;

namespace Tspm.Config.Import;

/// <summary>
/// Imports the ecosystem files of PM2 (an object with <c>apps</c>, a list, or one app) and its <c>dump.pm2</c>, as
/// JSON. Pure, except that the caller must say what the path of a script leads to. <see cref="Pm2App"/> maps the
/// settings of an app, one key after the other.
/// </summary>
internal static class Pm2Import
{
    /// <summary>Imports a file.</summary>
    /// <param name="root">The content of the file.</param>
    /// <param name="folder">The folder of the file, absolute.</param>
    /// <param name="profile">Selects <c>env_PROFILE</c>; null for none.</param>
    /// <param name="present">The current environment: only variables of a dump that differ from it are kept.</param>
    /// <param name="look">Finds out what a path leads to.</param>
    /// <exception cref="ImportException">The content is not that of a PM2 file.</exception>
    public static Imported Read(
        JsonElement root, string folder, string? profile, IReadOnlyDictionary<string, string> present,
        Func<string, ScriptKind> look)
    {
        var imported = new Imported();
        var sawProfile = profile is null;
        foreach (var app in Apps(root, imported))
        {
            if (app.ValueKind != JsonValueKind.Object)
                throw new ImportException($"an app must be an object, but is {JsonProblems.Show(app)}");
            var reader = new Pm2App(app, imported, folder, look);
            if (app.TryGetProperty("pm_exec_path", out _)) AddDumped(imported, reader, reader.ReadDump(present));
            else if (reader.ReadApp(profile, ref sawProfile) is { } config) imported.Add(config, reader.KeyOf);
        }
        if (!sawProfile) throw new ImportException($"no app has env_{profile}");
        if (imported.Processes.Count == 0 && imported.Left.Count == 0) imported.Notes.Add("the file contains no apps");
        return imported;
    }

    static List<JsonElement> Apps(JsonElement root, Imported imported)
    {
        if (root.ValueKind == JsonValueKind.Array) return Items(root);
        if (root.ValueKind != JsonValueKind.Object)
            throw new ImportException($"expected an object with 'apps', but found {JsonProblems.Show(root)}");
        if (root.TryGetProperty("deploy", out var deploy))
            imported.Leave("the file", "deploy", deploy, "Tspm does not deploy to other machines");
        if (!root.TryGetProperty("apps", out var apps) && !root.TryGetProperty("pm2", out apps))
            return IsApp(root) ? [root] : throw new ImportException("the file has no 'apps'");
        return apps.ValueKind == JsonValueKind.Array ? Items(apps) : [apps];
    }

    static bool IsApp(JsonElement root)
    {
        foreach (var key in (string[])["script", "exec", "cmd", "command", "pm_exec_path"])
            if (root.TryGetProperty(key, out _)) return true;
        return false;
    }

    static List<JsonElement> Items(JsonElement list)
    {
        var items = new List<JsonElement>();
        foreach (var item in list.EnumerateArray()) items.Add(item);
        return items;
    }

    /// <summary>
    /// Adds a dumped app. A dump has an entry for each instance, so equal entries are counted as instances.
    /// </summary>
    static void AddDumped(Imported imported, Pm2App reader, ProcessConfig? config)
    {
        if (config is null) return;
        var same = imported.Processes.FindIndex(other =>
            other.Name == config.Name && other.Command == config.Command && other.ProjectDir == config.ProjectDir);
        if (same < 0)
        {
            imported.Add(config, reader.KeyOf);
            return;
        }
        if (imported.Processes[same].Instances is null) reader.ReportCluster();
        imported.Processes[same] = imported.Processes[same] with
        {
            Instances = (imported.Processes[same].Instances ?? 1) + 1,
        };
    }
}
