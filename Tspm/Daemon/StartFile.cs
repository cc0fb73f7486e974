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
/// <c>daemon --apply FILE</c>: what <c>apply FILE</c> does (nothing is deleted, and what runs as the file says, or can
/// be changed while it runs, is not restarted), and what is down is started. Names that another project holds are
/// refused here too: in a container, whose home may outlive its image, a file that moved takes its processes along by
/// naming its former folder as its project.
/// </summary>
internal static class StartFile
{
    /// <summary>Nobody is there who could type a flag.</summary>
    const string Remedy = "write \"project\": \"{0}\" at the top of this file to take them over";

    /// <summary>Reads the file.</summary>
    /// <param name="path">Absolute, by the name that the shell has for its folder.</param>
    /// <param name="saved">
    /// What is defined: a file of another project is refused before anything of it has been started again, so that the
    /// daemon can end.
    /// </param>
    /// <exception cref="HomeException">It cannot be used; the sentence says where and why.</exception>
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

    /// <summary>Null: all is under way. Else the sentence about what could not be started.</summary>
    /// <exception cref="RequestException">Nothing was begun; the sentence says why.</exception>
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
        foreach (var outcome in await Settle.Outcomes(context, begun, wait: false, timeoutMs: null, ScaleHandler.Error))
            if (outcome.Error is { } problem) return $"'{outcome.Name}': {problem}";
        return await Settle.Unsaved(begun.Saved);
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

    /// <summary>The daemon's own: in a container that is what was given to all that is in it.</summary>
    static ClientContext Surroundings()
    {
        // Its umask and priorities are the daemon's own by now; the limits are those that it was started with, which is
        // what null means.
        return new ClientContext
        {
            Environment = CallerEnvironment.Read(),
            WorkingDirectory = Environment.CurrentDirectory,
            OpenFilesLimit = null,
        };
    }
}
