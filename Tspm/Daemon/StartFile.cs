using Tspm.Config;
using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Daemon.Handlers;
using Tspm.Guardian.Contract;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Storage;
using Tspm.Supervision;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon;

/// <summary>
/// <c>daemon --apply FILE</c>: does what <c>apply FILE</c> does, and also starts processes that are down. Nothing is
/// deleted, and a process that already matches the file, or can be changed while it runs, is not restarted. Names that
/// belong to another project are refused here too. In a container, whose home may outlive its image, a file that was
/// moved keeps its processes by naming its former folder as its project.
/// </summary>
internal static class StartFile
{
    /// <summary>Names a change of the file, because nobody is there to type a flag.</summary>
    const string Remedy = "write \"project\": \"{0}\" at the top of this file to take them over";

    /// <summary>Reads and checks the file.</summary>
    /// <param name="path">The absolute path, with the name that the shell has for the folder.</param>
    /// <param name="saved">
    /// The saved definitions. A file that conflicts with another project is refused before any saved process has been
    /// started, so that the daemon can still exit.
    /// </param>
    /// <exception cref="HomeException">The file cannot be used; the message says where and why.</exception>
    public static ApplyRequest Read(string path, ProcessesFile saved)
    {
        try
        {
            var folder = Path.GetDirectoryName(path) ?? "/";
            var file = ConfigFile.ReadAll(path, folder);
            var project = file.Project ?? folder;
            if (ApplyPlan.ProjectProblem(saved.Processes, file.Processes, project, Remedy) is { } held)
                throw new HomeException($"{path}: {held}");
            return new ApplyRequest { Define = file.Processes, Client = Surroundings(), Project = project };
        }
        catch (Exception mistake) when (mistake is ConfigFileException or TextFileException)
        {
            throw new HomeException(mistake.Message);
        }
    }

    /// <summary>Applies the file and starts its processes.</summary>
    /// <returns>Null if all of them are starting; otherwise a sentence about the first failure.</returns>
    /// <exception cref="RequestException">Nothing was started; the message says why.</exception>
    public static async Task<string?> Start(DaemonContext context, ApplyRequest request)
    {
        var client = request.Client;
        var wanted = new PlanExecution.Wanted(Definitions.Complete(request.Define, client), prune: false,
            updateEnvironment: false, client.Environment, client.OpenFilesLimit)
        {
            StartsAll = true,
            RenewsEnvironment = true,
            Project = request.Project,
            Remedy = Remedy,
        };
        var (coming, saved) = await Order(context, wanted);
        var begun = new BegunChanges(coming, saved);
        var outcomes = await ChangeOutcomes.Collect(
            context, begun, wait: false, timeoutMs: null, ScaleHandler.Error);
        foreach (var outcome in outcomes)
            if (outcome.Error is { } problem) return $"'{outcome.Name}': {problem}";
        return await ChangeOutcomes.SaveError(begun.Saved);
    }

    static async Task<(IReadOnlyList<PendingChange> Coming, Task<string?> Saved)> Order(
        DaemonContext context, PlanExecution.Wanted wanted)
    {
        try
        {
            var applied = await context.Supervisor.Order(new SupervisorCommand.Apply(wanted));
            return (applied.Work!.Coming, applied.Saved!);
        }
        catch (OrderRefusedException refused)
        {
            throw new RequestException(ErrorCode.Failed, refused.Message);
        }
    }

    /// <summary>Uses the daemon's own environment in place of a client's: a container has only one.</summary>
    static ClientContext Surroundings()
    {
        // The umask and the priorities are the daemon's own by now. A null limit stands for the limit that the daemon
        // was started with.
        return new ClientContext
        {
            Environment = CallerEnvironment.Read(),
            WorkingDirectory = Environment.CurrentDirectory,
            OpenFilesLimit = null,
        };
    }
}
