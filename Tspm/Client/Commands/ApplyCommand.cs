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
        Apply(session, StartCommand.ReadConfigFile(file), flags.IsOn("prune"), flags.IsOn("update-env"), flags.ToChange());

    /// <summary>Prints the steps, then what became of each instance.</summary>
    public static int Apply(ClientSession session, IReadOnlyList<ProcessConfig> configs, bool prune, bool updateEnv, ChangeFlags flags)
    {
        var request = RequestOf(configs, prune, updateEnv) with { Wait = !flags.NoWait, WaitTimeoutMs = flags.WaitTimeoutMs };
        using var daemon = session.ConnectToChange(flags.NoAutoStart);
        var answer = daemon.Call(Methods.Apply, request, Wire.Json.ApplyRequest, Wire.Json.ApplyResponse, flags.Deadline);
        if (flags.Json) JsonPrinter.Print(session.Out, answer, PrintJson.Readable.ApplyResponse);
        else PlanPrinter.Print(session.Out, answer.Steps);
        Outcomes.Print(session, answer, Outcomes.InState, withSuccesses: !flags.Json);
        return answer.Success && answer.Error is null ? ExitCodes.Done : ExitCodes.Failed;
    }

    public static int Plan(ClientSession session, string file, GivenFlags flags)
    {
        var request = RequestOf(StartCommand.ReadConfigFile(file), flags.IsOn("prune"), flags.IsOn("update-env")) with { DryRun = true };
        using var daemon = session.ConnectIfRunning();
        var answer = daemon?.Call(Methods.Apply, request, Wire.Json.ApplyRequest, Wire.Json.ApplyResponse) ?? WithoutDaemon(session.Home, request);
        if (flags.IsOn("json")) JsonPrinter.Print(session.Out, answer, PrintJson.Readable.ApplyResponse);
        else PlanPrinter.Print(session.Out, answer.Steps);
        return ExitCodes.Done;
    }

    static ApplyRequest RequestOf(IReadOnlyList<ProcessConfig> configs, bool prune, bool updateEnv) =>
        new() { Define = configs, Client = ClientContextBuilder.Build(), Prune = prune, UpdateEnv = updateEnv };

    /// <summary>From what is saved, by the same rules.</summary>
    static ApplyResponse WithoutDaemon(TspmHome home, ApplyRequest request)
    {
        var saved = new ProcessStore(home, TimeProvider.System).Peek();
        var key = request.UpdateEnv ? Supervision.ProcessTable.KeyOf(request.Client.Environment) : null;
        var all = new Dictionary<string, ProcessConfig>(StringComparer.Ordinal);
        foreach (var definition in saved.Processes)
            if (!request.Prune) all[definition.Name] = definition.Config;
        foreach (var config in request.Define) all[config.NameOrEmpty] = config;
        if (DependencyGraph.Problem(all, request.Define.Select(static config => config.NameOrEmpty)) is { } problem) throw new DaemonException(ErrorCode.Failed, problem);
        var steps = ApplyPlan.Of(saved.Processes.Select(static definition => definition.Config), request.Define, request.Prune,
            name => key is not null && saved.Processes.Any(definition => definition.Name == name && definition.EnvironmentKey != key),
            name => saved.Processes.Any(definition => definition.Name == name && definition.Desired == DesiredState.Down));
        return new ApplyResponse { Success = true, Processes = [], Steps = steps };
    }
}
