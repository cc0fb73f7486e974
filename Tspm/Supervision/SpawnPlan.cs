using Tspm.Logs;
using Tspm.Model;
using Tspm.Platform;

namespace Tspm.Supervision;

/// <summary>Turns a definition into what the platform has to start. Reads <c>envFile</c>, so it can fail: a failure is a value like any other spawn failure.</summary>
internal static class SpawnPlan
{
    public static (SpawnRequest? Request, SpawnFailure? Failure) For(
        ProcessDefinition definition, int instance, IReadOnlyDictionary<string, string> kept, RunStreams streams)
    {
        var environment = ChildEnvironment.Build(definition, instance, kept, out var problem);
        if (environment is null) return (null, new SpawnFailure("read envFile", 0, problem!));
        var launch = LaunchPlan.Of(definition.Config);
        return (new SpawnRequest
        {
            Program = launch.Program,
            Arguments = launch.Arguments,
            Environment = environment,
            WorkingDirectory = definition.Config.ProjectDir!,
            StdinPath = streams.StdinFifo,
            StdoutPath = streams.OutFifo,
            StderrPath = streams.ErrFifo,
            OpenFilesLimit = definition.OpenFilesLimit,
            SetUp = SetUpOf(definition.Config),
        }, null);
    }

    static SetUp? SetUpOf(ProcessConfig config)
    {
        var setUp = new SetUp
        {
            User = config.User,
            Group = config.Group,
            Umask = config.Umask,
            Nice = config.Nice,
            OomScoreAdjust = config.OomScoreAdjust,
            Limits = config.Limits is { IsEmpty: false } limits ? limits : null,
        };
        return setUp == new SetUp() ? null : setUp;
    }
}
