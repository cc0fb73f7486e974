using System.Text;
using Tspm.Client.CommandLine;
using Tspm.Client.Commands;
using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Running;

/// <summary>
/// <c>edit</c>: opens the config of processes in the user's editor, checks it, shows what changes, and applies it. A
/// version that is refused stays in its file, so that no work is lost.
/// </summary>
internal sealed class ConfigEdit
{
    readonly ClientSession _session;
    readonly IReadOnlyList<ProcessConfig> _before;
    readonly string _file;

    ConfigEdit(ClientSession session, IReadOnlyList<ProcessConfig> before, string file) =>
        (_session, _before, _file) = (session, before, file);

    /// <summary>Edits the processes that the words select.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(ClientSession session, ParsedLine line)
    {
        var before = ExportCommand.Configs(session, line.Words, []);
        // A folder that only this user can enter: the file has the values of the environment.
        var folder = Directory.CreateTempSubdirectory("tspm-edit-").FullName;
        var edit = new ConfigEdit(session, before, Path.Combine(folder, "tspm.json"));
        var isDone = false;
        try
        {
            var code = edit.Run(ChangeFlags.From(line));
            isDone = true;
            return code;
        }
        finally
        {
            if (isDone) Directory.Delete(folder, recursive: true);
            else session.Err.WriteLine($"your version is kept in {ControlText.Escape(edit._file)}");
        }
    }

    int Run(ChangeFlags flags)
    {
        var text = ConfigWriter.TextOf(_before);
        using (var created = FileSystem.CreateOwnerOnly(_file))
            RandomAccess.Write(created, Encoding.UTF8.GetBytes(text), 0);
        while (true)
        {
            Open();
            if (File.ReadAllText(_file) == text)
            {
                if (!flags.Json) _session.Out.WriteLine("nothing was changed");
                return ExitCodes.Done;
            }
            try
            {
                return Apply(Read(), flags);
            }
            catch (DaemonException refused)
            {
                if (!_session.Out.IsTerminal || !StandardStreams.IsInputTerminal || !WantsToGoOn(refused)) throw;
            }
        }
    }

    /// <exception cref="DaemonException">There is no editor, or it failed.</exception>
    void Open()
    {
        var chosen = Environment.GetEnvironmentVariable("VISUAL") ?? Environment.GetEnvironmentVariable("EDITOR");
        var words = string.IsNullOrWhiteSpace(chosen) ? null : ShellWords.Split(chosen);
        string[][] candidates = words is { Count: > 0 } ? [[.. words]] : [["nano"], ["vi"]];
        string? problem = null;
        foreach (var candidate in candidates)
        {
            problem = ForegroundProgram.Run([.. candidate, _file]);
            if (problem is null) return;
        }
        throw new DaemonException(ErrorCode.Failed, $"{problem}; set EDITOR to your editor");
    }

    /// <summary>Reads the edited file, which has to define the same processes.</summary>
    /// <exception cref="DaemonException">The file is not valid.</exception>
    IReadOnlyList<ProcessConfig> Read()
    {
        var after = ProjectFile.Read(_file).Processes;
        var names = after.Select(static config => config.NameOrEmpty).ToHashSet();
        foreach (var config in _before)
            if (!names.Remove(config.NameOrEmpty))
                throw new DaemonException(ErrorCode.Failed, $"'{config.NameOrEmpty}' is missing in the file; "
                    + "to rename a process: tspm rename OLD NEW; to delete it: tspm delete NAME");
        foreach (var name in names)
            throw new DaemonException(ErrorCode.Failed,
                $"'{name}' is not one of the processes that are edited; to define a new one: tspm start");
        return after;
    }

    int Apply(IReadOnlyList<ProcessConfig> after, ChangeFlags flags)
    {
        using var daemon = _session.ConnectToChange(flags.NoAutoStart);
        var answer = daemon.Call(Methods.Apply, new ApplyRequest
        {
            Define = after,
            Client = ClientContextBuilder.Build(),
            Wait = !flags.NoWait,
            WaitTimeoutMs = flags.WaitTimeoutMs,
        }, flags.Deadline);
        if (flags.Json) JsonPrinter.Print(_session.Out, answer, PrintJson.Readable.ApplyResponse);
        else PlanPrinter.Print(_session.Out, answer.Steps);
        Outcomes.Print(_session, answer, Outcomes.InState, withSuccesses: !flags.Json);
        return answer.Success && answer.Error is null ? ExitCodes.Done : ExitCodes.Failed;
    }

    /// <summary>Says why the version is refused, and asks whether to edit it again.</summary>
    bool WantsToGoOn(DaemonException refused)
    {
        foreach (var line in refused.Message.Split('\n')) _session.Err.WriteLine(ControlText.Escape(line));
        _session.Err.Write("edit it again? [y/N] ");
        _session.Err.Flush();
        return StandardStreams.ReadAnswer() is "y" or "Y" or "yes";
    }
}
