using System.Text.Json;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Config.Import;

/// <summary>
/// PM2's ecosystem files (an object with <c>apps</c>, a list, or one app) and its <c>dump.pm2</c>, as JSON. Pure but for one question: is there such a file? What an app says is mapped by
/// <see cref="Pm2App"/>, one key after the other.
/// </summary>
internal static class Pm2Import
{
    /// <param name="root">The file.</param>
    /// <param name="folder">Its folder, absolute.</param>
    /// <param name="profile">Chooses <c>env_PROFILE</c>; null: none.</param>
    /// <param name="present">The environment in which this is done: of a dump only what differs from it is kept.</param>
    /// <param name="exists">Is there a file at this path?</param>
    /// <exception cref="ImportException">It is no such file.</exception>
    public static Imported Read(JsonElement root, string folder, string? profile, IReadOnlyDictionary<string, string> present, Func<string, bool> exists)
    {
        var imported = new Imported();
        var sawProfile = profile is null;
        foreach (var app in Apps(root, imported))
        {
            if (app.ValueKind != JsonValueKind.Object) throw new ImportException($"an app must be an object, but is {JsonProblems.Show(app)}");
            var reader = new Pm2App(app, imported, folder, exists);
            if (app.TryGetProperty("pm_exec_path", out _)) AddDumped(imported, reader, reader.ReadDump(present));
            else if (reader.ReadApp(profile, ref sawProfile) is { } config) imported.Add(config);
        }
        if (!sawProfile) throw new ImportException($"no app has env_{profile}");
        if (imported.Processes.Count == 0 && imported.Left.Count == 0) imported.Notes.Add("it holds no apps");
        return imported;
    }

    static List<JsonElement> Apps(JsonElement root, Imported imported)
    {
        if (root.ValueKind == JsonValueKind.Array) return Items(root);
        if (root.ValueKind != JsonValueKind.Object) throw new ImportException($"expected an object with 'apps', but it is {JsonProblems.Show(root)}");
        if (root.TryGetProperty("deploy", out var deploy)) imported.Leave("the file", "deploy", deploy, "Tspm copies nothing to other machines");
        if (!root.TryGetProperty("apps", out var apps) && !root.TryGetProperty("pm2", out apps))
            return root.TryGetProperty("script", out _) || root.TryGetProperty("pm_exec_path", out _) ? [root] : throw new ImportException("it has no 'apps'");
        return apps.ValueKind == JsonValueKind.Array ? Items(apps) : [apps];
    }

    static List<JsonElement> Items(JsonElement list)
    {
        var items = new List<JsonElement>();
        foreach (var item in list.EnumerateArray()) items.Add(item);
        return items;
    }

    /// <summary>A dump has an entry for each instance.</summary>
    static void AddDumped(Imported imported, Pm2App reader, ProcessConfig? config)
    {
        if (config is null) return;
        var same = imported.Processes.FindIndex(other => other.Name == config.Name && other.Command == config.Command && other.ProjectDir == config.ProjectDir);
        if (same < 0)
        {
            imported.Add(config);
            return;
        }
        if (imported.Processes[same].Instances is null) reader.TellOfCluster();
        imported.Processes[same] = imported.Processes[same] with { Instances = (imported.Processes[same].Instances ?? 1) + 1 };
    }
}
