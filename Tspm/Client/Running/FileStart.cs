using Tspm.Client.Commands;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Config.Import;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Running;

/// <summary>
/// <c>start FILE</c>: does what <c>apply FILE</c> does, and also starts processes that are down. Like every other
/// <c>start</c>, it reports each process.
/// </summary>
internal static class FileStart
{
    /// <param name="session">Connects to the daemon, and prints the outcome.</param>
    /// <param name="start">The request, as for any other start; its definitions are those of the file.</param>
    /// <param name="project">The project of the file, see <see cref="Defining.ProjectFile"/>.</param>
    /// <param name="flags">How to wait and to print.</param>
    /// <param name="started">The outcome of each process of the file.</param>
    /// <returns>The exit code.</returns>
    public static int Run(
        ClientSession session, StartRequest start, string? project, ChangeFlags flags,
        out IReadOnlyList<ProcessOutcome> started)
    {
        using var daemon = session.ConnectToChange(flags.NoAutoStart);
        var response = OlderDaemon.StartsFiles(daemon)
            ? Apply(daemon, session, start, project, flags)
            : Define(daemon, start, flags);
        if (flags.Json) JsonPrinter.Print(session.Out, response, PrintJson.Readable.StartResponse);
        Outcomes.Print(session, response, StartCommand.Phrase, withSuccesses: !flags.Json);
        started = response.Processes;
        if (start.Define is { Count: 0 }) session.Err.WriteLine("the file contains no process to start");
        return response.Success && response.Error is null ? ExitCodes.Done : ExitCodes.Failed;
    }

    static StartResponse Apply(
        DaemonClient daemon, ClientSession session, StartRequest start, string? project, ChangeFlags flags)
    {
        var request = new ApplyRequest
        {
            Define = start.Define!,
            Client = start.Client!,
            Project = project,
            Force = start.Force ? true : null,
            UpdateEnv = start.UpdateEnv,
            Start = true,
            Wait = start.Wait,
            WaitTimeoutMs = start.WaitTimeoutMs,
            SettleMs = start.SettleMs,
        };
        var applied = Call(daemon, request, start, flags);
        List<PlanStep> changes = [.. applied.Steps.Where(static step => step.Action == PlanStep.Change)];
        if (!flags.Json) PlanPrinter.Print(session.Out, changes, withKept: false);
        var response = new StartResponse
        {
            Success = applied.Success,
            Processes = applied.Processes,
            ProcessId = applied.Processes is [var first, ..] ? first.Id : null,
            Error = applied.Error,
            Notes = applied.Notes,
        };
        return start.Force ? Restart(daemon, response, start, flags) : response;
    }

    /// <summary>Sends the request. The daemon does not know the file, so its hint does not name it.</summary>
    static ApplyResponse Call(DaemonClient daemon, ApplyRequest request, StartRequest start, ChangeFlags flags)
    {
        try
        {
            return daemon.Call(Methods.Apply, request, flags.Deadline);
        }
        catch (DaemonException refused) when (start.Selectors is [var file])
        {
            var quoted = ControlText.Escape(ShellWords.Quote(file));
            var command = ForeignFile.Recognise(file) == FileKind.Pm2
                ? $"tspm import pm2 {quoted} --start --force" : $"tspm apply {quoted} --force";
            throw new DaemonException(
                refused.Code, refused.Message.Replace(ForceHint, command, StringComparison.Ordinal), refused.Data);
        }
    }

    /// <summary>The end of the daemon's sentence about names that belong to another project.</summary>
    const string ForceHint = "tspm apply FILE --force";

    /// <summary>Restarts the processes that were already online and that the file does not change.</summary>
    static StartResponse Restart(DaemonClient daemon, StartResponse started, StartRequest start, ChangeFlags flags)
    {
        List<string> kept = [.. started.Processes.Where(IsKept).Select(static process => process.Name).Distinct()];
        if (kept.Count == 0) return started;
        var request = new RestartRequest
        {
            Selectors = kept,
            Wait = start.Wait,
            WaitTimeoutMs = start.WaitTimeoutMs,
            SettleMs = start.SettleMs,
        };
        var restarted = daemon.Call(Methods.Restart, request, flags.Deadline);
        return started with
        {
            Success = started.Success && restarted.Success,
            Processes = [.. started.Processes.Where(static process => !IsKept(process)), .. restarted.Processes],
            Error = started.Error ?? restarted.Error,
            Notes = started.Notes is null ? restarted.Notes : [.. started.Notes, .. restarted.Notes ?? []],
        };
    }

    static bool IsKept(ProcessOutcome process) =>
        process is { Unchanged: true, State: ProcessState.Online or ProcessState.Starting };

    static StartResponse Define(DaemonClient daemon, StartRequest start, ChangeFlags flags) =>
        daemon.Call(
            Methods.Start, start with { Selectors = null }, flags.Deadline,
            start with { Selectors = null, Again = true });
}
