using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Client.Output;
using Tspm.Client.Running;
using Tspm.Client.Terminal;
using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>apply FILE</c> creates, changes and deletes processes to match a config file; <c>plan FILE</c> shows what that
/// would do, even if no daemon runs.
/// </summary>
[RegisterCommands]
internal sealed class ApplyCommand
{
    [Command("apply")]
    public void Run(ConsoleAppContext context) =>
        context.Run(static (session, line) => Apply(session, ProjectFile.Read(DefaultFile.Of(line)), line));

    [Command("plan")]
    public void Plan(ConsoleAppContext context) =>
        context.Run(static (session, line) => Plan(session, ProjectFile.Read(DefaultFile.Of(line)), line));

    /// <summary>Applies a file; prints the steps, then the outcome of each instance.</summary>
    /// <returns>The exit code.</returns>
    public static int Apply(ClientSession session, ProjectFile file, ParsedLine line)
    {
        var flags = ChangeFlags.From(line);
        var request = RequestOf(file, line) with { Wait = !flags.NoWait, WaitTimeoutMs = flags.WaitTimeoutMs };
        using var daemon = session.ConnectToChange(flags.NoAutoStart);
        var answer = daemon.Call(Methods.Apply, request, flags.Deadline);
        if (flags.Json) JsonPrinter.Print(session.Out, answer, PrintJson.Readable.ApplyResponse);
        else PlanPrinter.Print(session.Out, answer.Steps);
        var deleted = answer.Steps.Where(static step => step.Action == PlanStep.Delete)
            .Select(static step => step.Name).ToHashSet();
        Outcomes.Print(session, answer,
            process => deleted.Contains(process.Name) ? "deleted" : Outcomes.InState(process),
            withSuccesses: !flags.Json);
        return answer.Success && answer.Error is null ? ExitCodes.Done : ExitCodes.Failed;
    }

    static int Plan(ClientSession session, ProjectFile file, ParsedLine line)
    {
        var request = RequestOf(file, line) with { DryRun = true };
        using var daemon = session.ConnectIfRunning();
        var answer = daemon?.Call(Methods.Apply, request) ?? WithoutDaemon(session.Home, request);
        if (line.IsOn("json")) JsonPrinter.Print(session.Out, answer, PrintJson.Readable.ApplyResponse);
        else PlanPrinter.Print(session.Out, answer.Steps);
        foreach (var note in answer.Notes ?? []) session.Err.WriteLine(ControlText.Escape(note));
        return ExitCodes.Done;
    }

    static ApplyRequest RequestOf(ProjectFile file, ParsedLine line) => new()
    {
        Define = file.Processes,
        Client = ClientContextBuilder.Build(),
        Project = file.Project,
        Force = line.IsOn("force") ? true : null,
        Prune = line.IsOn("prune"),
        UpdateEnv = line.IsOn("update-env"),
    };

    /// <summary>Makes the plan from the saved definitions, by the same rules as the daemon.</summary>
    static ApplyResponse WithoutDaemon(TspmHome home, ApplyRequest request)
    {
        var saved = new ProcessStore(home, TimeProvider.System).Peek();
        var key = request.UpdateEnv ? EnvironmentKey.For(request.Client.Environment) : null;
        if (Problem(saved.Processes, request) is { } problem) throw new DaemonException(ErrorCode.Failed, problem);
        var steps = ApplyPlan
            .Compute(saved.Processes.Select(static definition => definition.Config), request.Define, request.Prune,
            name =>
                key is not null
                    && saved.Processes.Any(definition => definition.Name == name && definition.EnvironmentKey != key),
            name => saved.Processes.Any(known => known.Name == name && known.Desired == DesiredState.Down),
            name => saved.Processes.Any(known => known.Name == name && known.Project != request.Project));
        List<string> notes = [.. MissingScript.Among(request.Define).Select(static missing => $"warning: {missing}")];
        notes.AddRange(ApplyPlan.TakenOver(saved.Processes, request.Define, request.Project, isPlan: true));
        return new ApplyResponse
        {
            Success = true,
            Processes = [],
            Steps = steps,
            Notes = notes.Count > 0 ? notes : null,
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
