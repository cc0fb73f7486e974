using System.Globalization;
using Tspm.Model.Config;

namespace Tspm.Config.Import;

/// <summary>
/// Imports a Procfile: <c>name: command</c>, one per line. Each command runs as in foreman: through a shell if the line
/// needs one, in the folder of the file, with the variables of <c>.env</c>, and with its own <c>PORT</c>: 5000, 5100 …,
/// or counted from the <c>PORT</c> of the env file. Lines of another form are skipped, as in foreman and honcho, and a
/// note names them. Pure.
/// </summary>
internal static class ProcfileImport
{
    const int FirstPort = 5000, PortStep = 100;

    /// <summary>Imports a Procfile.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="folder">The folder of the file, absolute.</param>
    /// <param name="envFile">The env file of all processes; null for none.</param>
    /// <param name="port">PORT in the env file; null if it has none.</param>
    /// <exception cref="ImportException">The file contains no process.</exception>
    public static Imported Read(string text, string folder, string? envFile, int? port)
    {
        var imported = new Imported();
        var (line, next) = (0, port ?? FirstPort);
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            line++;
            var content = raw.Trim();
            if (content.Length == 0 || content[0] == '#') continue;
            if (!IsProcess(raw, out var name, out var command))
            {
                imported.Notes.Add(Skipped(line, content));
                continue;
            }
            var isRelease = name == "release";
            imported.Add(new ProcessConfig
            {
                Name = name,
                ProjectDir = folder,
                Command = command,
                EnvFile = envFile,
                Env = new Dictionary<string, string> { ["PORT"] = next.ToString(CultureInfo.InvariantCulture) },
                Restart = isRelease ? new RestartConfig { Policy = "on-failure" } : null,
            });
            if (isRelease)
                imported.Notes.Add(
                    "'release' is not restarted after success; a process that needs it can name it in dependsOn, with "
                    + "the condition completed");
            next += PortStep;
        }
        if (imported.Processes.Count == 0 && imported.Left.Count == 0)
            throw new ImportException("the file contains no process; expected lines 'name: command'");
        return imported;
    }

    /// <summary>
    /// Splits a line by the rule of foreman: a name of letters, digits, '_' and '-' at the very beginning, a colon, and
    /// a command.
    /// </summary>
    static bool IsProcess(string line, out string name, out string command)
    {
        var colon = line.IndexOf(':');
        (name, command) = colon > 0 ? (line[..colon], line[(colon + 1)..].Trim()) : ("", "");
        return command.Length > 0 && name.Length > 0 && name.AsSpan().IndexOfAnyExcept(NameLetters) < 0;
    }

    static readonly System.Buffers.SearchValues<char> NameLetters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    static string Skipped(int line, string content)
    {
        var shown = content.Length > 60 ? content[..60] + "…" : content;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"line {line} was skipped, as in foreman, because it is not 'name: command': {shown}");
    }
}
