using System.Globalization;
using Tspm.Model;

namespace Tspm.Config.Import;

/// <summary>
/// A Procfile: <c>name: command</c>, a line each. As foreman runs it: by a shell where the line needs one, in the file's folder, with the variables of <c>.env</c>, and each with a <c>PORT</c> of its own: 5000,
/// 5100 …, or from the <c>PORT</c> of the env file on. Pure.
/// </summary>
internal static class ProcfileImport
{
    const int FirstPort = 5000, PortStep = 100;

    /// <param name="text">The file.</param>
    /// <param name="folder">Its folder, absolute.</param>
    /// <param name="envFile">An env file for all of them; null: none.</param>
    /// <param name="port">PORT of that file; null: it has none.</param>
    public static Imported Read(string text, string folder, string? envFile, int? port)
    {
        var imported = new Imported();
        var (line, next) = (0, port ?? FirstPort);
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            line++;
            var content = raw.Trim();
            if (content.Length == 0 || content[0] == '#') continue;
            var colon = content.IndexOf(':');
            var name = colon > 0 ? content[..colon].TrimEnd() : "";
            var command = colon > 0 ? content[(colon + 1)..].Trim() : "";
            if (name.Length == 0 || command.Length == 0 || name.AsSpan().ContainsAny(' ', '\t'))
                throw new ImportException(string.Create(CultureInfo.InvariantCulture, $"line {line} is not understood; expected 'name: command'"));
            var isRelease = name == "release";
            imported.Add(new ProcessConfig
            {
                Name = name, ProjectDir = folder, Command = command, EnvFile = envFile,
                Env = new Dictionary<string, string> { ["PORT"] = next.ToString(CultureInfo.InvariantCulture) },
                Restart = isRelease ? new RestartConfig { Policy = "on-failure" } : null,
            });
            if (isRelease) imported.Notes.Add("'release' ends when it is done: it is not started again after success; what needs it can say dependsOn release, completed");
            next += PortStep;
        }
        if (imported.Processes.Count == 0 && imported.Left.Count == 0) throw new ImportException("it holds no process; expected lines 'name: command'");
        return imported;
    }
}
