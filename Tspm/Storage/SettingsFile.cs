using System.Text.Json;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Storage;

/// <summary>
/// Reads <c>settings.json</c> strictly. Any mistake is reported and all defaults are used instead: the file never
/// prevents a daemon from starting.
/// </summary>
internal static class SettingsFile
{
    const int MaxBytes = 1 << 20;

    /// <summary>Reads the settings; a missing file means the defaults.</summary>
    /// <param name="home">The home whose settings to read.</param>
    /// <param name="trouble">Why the file is ignored, as a sentence for the user; null if it is not.</param>
    public static Settings Read(TspmHome home, out string? trouble)
    {
        trouble = null;
        try
        {
            if (RegularFile.Read(home.SettingsFile, MaxBytes, out var problem) is not { } bytes)
            {
                if (problem!.Kind != FileProblemKind.Missing) trouble = Unused(home, $"it {problem.Words}");
                return new Settings();
            }
            using var document = JsonDocument.Parse(bytes);
            var settings = StrictJson.Read(document.RootElement, WireJson.Default.Settings, "");
            if (settings.LogsTotalMaxBytes is < 0)
                trouble = $"logsTotalMaxBytes must be a whole number, 0 or more, but is {settings.LogsTotalMaxBytes}";
            else if (settings.Cgroup is not (null or "auto" or "off") && !settings.Cgroup.StartsWith('/'))
                trouble = "cgroup must be auto, off or an absolute path, but is "
                    + $"{JsonProblems.Quote(settings.Cgroup)}";
            else if (SocketLimits.Problem(settings.Limits) is { } wrong) trouble = wrong;
            else return settings;
        }
        catch (StrictJsonException mistake)
        {
            trouble = mistake.Message;
        }
        catch (JsonException)
        {
            trouble = "it is not valid JSON";
        }
        trouble = Unused(home, trouble);
        return new Settings();
    }

    static string Unused(TspmHome home, string why) =>
        $"{home.SettingsFile} is ignored: {why}. Correct it, then run: "
            + "tspm daemon upgrade (all processes keep running)";
}
