using System.Globalization;
using Tspm.Model.Config;

namespace Tspm.Config.Import;

/// <summary>
/// A Procfile: <c>name: command</c>, a line each. As foreman runs it: by a shell where the line needs one, in the
/// file's folder, with the variables of <c>.env</c>, and each with a <c>PORT</c> of its own: 5000, 5100 …, or from the
/// <c>PORT</c> of the env file on. A line of another form is passed over, as foreman and honcho do, and named. Pure.
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
                imported.Notes
                    .Add("'release' ends when it is done: it is not started again after success; what needs it can "
                        + "say dependsOn release, completed");
            next += PortStep;
        }
        if (imported.Processes.Count == 0 && imported.Left.Count == 0)
            throw new ImportException("it holds no process; expected lines 'name: command'");
        return imported;
    }

    /// <summary>Foreman's rule: a name of letters, digits, '_' and '-' at the very beginning, a colon, a
    /// command.</summary>
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
            $"line {line} was passed over, as foreman does; it is not 'name: command': {shown}");
    }
}
