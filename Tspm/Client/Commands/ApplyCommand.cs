using Tspm.Client.Defining;
using Tspm.Client.Output;
using Tspm.Config;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Storage;
using Tspm.Supervision;

namespace Tspm.Client.Commands;

/// <summary><c>apply FILE</c> makes the daemon match a config file; <c>plan FILE</c> says what that would do, also when no daemon runs.</summary>
internal static class ApplyCommand
{
    public static int Run(ClientSession session, string file, GivenFlags flags) =>
        Apply(session, ProjectFile.Read(file), flags);

    /// <summary>Prints the steps, then what became of each instance.</summary>
    public static int Apply(ClientSession session, ProjectFile file, GivenFlags given)
    {
        var flags = given.ToChange();
        var request = RequestOf(file, given) with { Wait = !flags.NoWait, WaitTimeoutMs = flags.WaitTimeoutMs };
        using var daemon = session.ConnectToChange(flags.NoAutoStart);
        var answer = daemon.Call(Methods.Apply, request, flags.Deadline);
        if (flags.Json) JsonPrinter.Print(session.Out, answer, PrintJson.Readable.ApplyResponse);
        else PlanPrinter.Print(session.Out, answer.Steps);
        Outcomes.Print(session, answer, Outcomes.InState, withSuccesses: !flags.Json);
        return answer.Success && answer.Error is null ? ExitCodes.Done : ExitCodes.Failed;
    }

    public static int Plan(ClientSession session, string file, GivenFlags flags)
    {
        var request = RequestOf(ProjectFile.Read(file), flags) with { DryRun = true };
        using var daemon = session.ConnectIfRunning();
        var answer = daemon?.Call(Methods.Apply, request) ?? WithoutDaemon(session.Home, request);
        if (flags.IsOn("json")) JsonPrinter.Print(session.Out, answer, PrintJson.Readable.ApplyResponse);
        else PlanPrinter.Print(session.Out, answer.Steps);
        foreach (var note in answer.Notes ?? []) session.Err.WriteLine(ControlText.Escape(note));
        return ExitCodes.Done;
    }

    static ApplyRequest RequestOf(ProjectFile file, GivenFlags flags) => new()
    {
        Define = file.Processes, Client = ClientContextBuilder.Build(), Project = file.Project,
        Force = flags.IsOn("force") ? true : null, Prune = flags.IsOn("prune"), UpdateEnv = flags.IsOn("update-env"),
    };

    /// <summary>From what is saved, by the same rules.</summary>
    static ApplyResponse WithoutDaemon(TspmHome home, ApplyRequest request)
    {
        var saved = new ProcessStore(home, TimeProvider.System).Peek();
        var key = request.UpdateEnv ? Supervision.KeptEnvironments.KeyOf(request.Client.Environment) : null;
        if (Problem(saved.Processes, request) is { } problem) throw new DaemonException(ErrorCode.Failed, problem);
        var steps = ApplyPlan.Of(saved.Processes.Select(static definition => definition.Config), request.Define, request.Prune,
            name => key is not null && saved.Processes.Any(definition => definition.Name == name && definition.EnvironmentKey != key),
            name => saved.Processes.Any(known => known.Name == name && known.Desired == DesiredState.Down),
            name => saved.Processes.Any(known => known.Name == name && known.Project != request.Project));
        List<string> notes = [.. MissingScript.Among(request.Define).Select(static missing => $"warning: {missing}")];
        notes.AddRange(ApplyPlan.TakenOver(saved.Processes, request.Define, request.Project, isPlan: true));
        return new ApplyResponse
        {
            Success = true, Processes = [], Steps = steps, Notes = notes.Count > 0 ? notes : null,
        };
    }

    static string? Problem(IReadOnlyList<ProcessDefinition> saved, ApplyRequest request)
    {
        if (request.Force != true
            && ApplyPlan.ProjectProblem(saved, request.Define, request.Project, ApplyPlan.Forced) is { } held)
            return held;
        var all = new Dictionary<string, ProcessConfig>(StringComparer.Ordinal);
        foreach (var definition in saved)
            if (!request.Prune || definition.Project != request.Project) all[definition.Name] = definition.Config;
        foreach (var config in request.Define) all[config.NameOrEmpty] = config;
        return DependencyGraph.Problem(
            all, request.Prune ? all.Keys : request.Define.Select(static config => config.NameOrEmpty));
    }
}
