using System.Text.Json;
using Tspm.Model;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Storage;

/// <summary>Reads <c>settings.json</c>, strictly: what is wrong in it is said, and the defaults are used. It never keeps a daemon from starting.</summary>
internal static class SettingsFile
{
    /// <summary>No file: the defaults. <paramref name="trouble"/>: a sentence, or null.</summary>
    public static Settings Read(TspmHome home, out string? trouble)
    {
        trouble = null;
        try
        {
            if (!File.Exists(home.SettingsFile)) return new Settings();
            using var document = JsonDocument.Parse(File.ReadAllBytes(home.SettingsFile));
            var settings = StrictJson.Read(document.RootElement, WireJson.Default.Settings, "");
            if (settings.LogsTotalMaxBytes is < 0) trouble = $"logsTotalMaxBytes must be a whole number, 0 or more, but is {settings.LogsTotalMaxBytes}";
            else if (settings.Cgroup is not (null or "auto" or "off") && !settings.Cgroup.StartsWith('/')) trouble = $"cgroup must be auto, off or the path of a folder, but is {JsonProblems.Quote(settings.Cgroup)}";
            else if (SocketLimits.Problem(settings.Limits) is { } problem) trouble = problem;
            else return settings;
        }
        catch (StrictJsonException mistake)
        {
            trouble = mistake.Message;
        }
        catch (JsonException)
        {
            trouble = "it is not JSON";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            trouble = Files.Describe(e);
        }
        trouble = $"{home.SettingsFile} is not used: {trouble}. Correct it and run: tspm daemon restart";
        return new Settings();
    }
}
