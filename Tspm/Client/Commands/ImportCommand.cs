using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Config.Import;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>import</c>: converts another manager's processes to a config file, which it prints, writes or applies. Settings
/// without a counterpart are listed, and make the exit code 1 unless <c>--lossy</c> is given.
/// </summary>
[RegisterCommands]
internal sealed class ImportCommand
{
    [Command("import")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var imported = Read(line.Words[0], line.Words is [_, var typed, ..] ? typed : null, line.ValueOf("env-file"));
        var (file, start) = (line.ValueOf("out-file"), line.IsOn("start"));
        if (!start && file is null) HideSecrets(imported);
        PrintNotes(session, imported);
        var isLost = ReportLoss(session, imported, line.IsOn("lossy"));
        if (start)
        {
            var project = new ProjectFile(imported.Folder, imported.Processes);
            var code = ApplyCommand.Apply(session, project, line);
            return WithLoss(code, isLost);
        }
        if (file is null) ConfigWriter.Write(session.Out, imported.Processes);
        else WriteFile(session, file, imported.Processes);
        return WithLoss(ExitCodes.Done, isLost);
    });

    /// <summary>Imports a PM2 file for <c>start ecosystem.config.js</c>.</summary>
    /// <param name="session">Receives the notes about the import.</param>
    /// <param name="path">The PM2 file.</param>
    /// <param name="lossy">Whether dropped settings are acceptable.</param>
    /// <param name="isLost">Settings were dropped, and that makes the exit code 1.</param>
    public static ProjectFile ReadPm2(ClientSession session, string path, bool lossy, out bool isLost)
    {
        var imported = Read("pm2", path, null);
        PrintNotes(session, imported);
        isLost = ReportLoss(session, imported, lossy);
        session.Err.Flush();
        return new ProjectFile(imported.Folder, imported.Processes);
    }

    /// <summary>Turns the exit code of a successful import into a failure if settings were dropped.</summary>
    public static int WithLoss(int code, bool isLost) => isLost && code == ExitCodes.Done ? ExitCodes.Failed : code;

    /// <returns>True if dropped settings make the exit code 1.</returns>
    static bool ReportLoss(ClientSession session, Imported imported, bool lossy)
    {
        if (imported.Left.Count == 0 || lossy) return false;
        session.Err.WriteLine(imported.Processes.Count == 0
            ? "nothing was imported"
            : "everything else was imported; the exit code is 1 because of the settings above, and 0 with --lossy");
        return true;
    }

    static Imported Read(string from, string? file, string? env)
    {
        try
        {
            return from.ToLowerInvariant() switch
            {
                "pm2" => ImportFiles.Pm2(file, env),
                "supervisord" or "supervisor" => ImportFiles.Supervisord(file),
                "procfile" => ImportFiles.Procfile(file, env),
                _ =>
                    throw new UsageException($"cannot import from '{ControlText.Escape(from)}'; usage: tspm import "
                        + "pm2 | supervisord | procfile [FILE]; for the process list of an older tspm: tspm migrate"),
            };
        }
        catch (ImportException mistake)
        {
            throw new DaemonException(ErrorCode.Failed, mistake.Message);
        }
    }

    static void PrintNotes(ClientSession session, Imported imported)
    {
        foreach (var note in imported.Notes) session.Err.WriteLine(ControlText.Escape(note));
        foreach (var left in imported.Left) session.Err.WriteLine(ControlText.Escape(left.ToString()));
    }

    /// <summary>
    /// Removes secrets that come from a dump of a whole environment: the user who prints it may not know of them.
    /// </summary>
    static void HideSecrets(Imported imported)
    {
        foreach (var secret in imported.Secrets)
        {
            var (process, variable) = (secret.Owner, secret.Key);
            var at = imported.Processes.FindIndex(config => config.Name == process);
            if (at < 0 || imported.Processes[at].Env is not { } env) continue;
            var rest = new Dictionary<string, string>(env, StringComparer.Ordinal);
            rest.Remove(variable);
            imported.Processes[at] = imported.Processes[at] with { Env = rest.Count == 0 ? null : rest };
            imported.Left
                .Add(new Unmapped(process, $"env.{variable}", "***",
                    "it looks like a secret, so it is not printed; "
                    + "-o FILE writes it (mode 0600), and --start uses it"));
        }
    }

    static void WriteFile(ClientSession session, string file, List<ProcessConfig> processes)
    {
        var path = Path.GetFullPath(file);
        if (File.Exists(path))
            throw new DaemonException(ErrorCode.Failed, $"{file} already exists; remove it or choose another name");
        using var bytes = new MemoryStream();
        var writer = new OutputWriter(part =>
        {
            bytes.Write(part);
            return true;
        }, isTerminal: false);
        ConfigWriter.Write(writer, processes);
        writer.Flush();
        Storage.AtomicFile.Write(path, bytes.ToArray(), durable: true);
        session.Out.WriteLine(HintedCommands.Complete(
            $"{ControlText.Escape(file)}: {Display.Number(processes.Count)} "
            + $"{(processes.Count == 1 ? "process" : "processes")}; to apply it: tspm apply "
            + $"{ControlText.Escape(Tspm.Text.ShellWords.Quote(file))}"));
    }
}
