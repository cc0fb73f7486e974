using System.Globalization;
using Tspm.Config;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Hooks;

namespace Tspm.Supervision.Starting;

/// <summary>
/// Turns a definition and the files read for its start into a spawn request. An unusable envFile or a missing script is
/// reported as a spawn failure.
/// </summary>
internal static class SpawnPlan
{
    /// <summary>
    /// Tells the child how many listening sockets it has, from descriptor 3 on (man 3 sd_listen_fds).
    /// </summary>
    const string ListenFds = "LISTEN_FDS";

    public static (SpawnRequest? Request, SpawnFailure? Failure) For(
        ProcessDefinition definition, int instance, IReadOnlyDictionary<string, string> kept, StartFiles files,
        RunStreams streams, IReadOnlyDictionary<string, string>? notify = null, IReadOnlyList<int>? listeners = null,
        ulong runMark = RunMark.None)
    {
        var environment = ChildEnvironment.Build(definition, instance, kept, files.EnvFile, out var problem);
        if (environment is null) return (null, new SpawnFailure(SpawnFailure.EnvFileStage, 0, problem!));
        if (files.MissingScript is { } missing)
            return (null, new SpawnFailure(SpawnFailure.ScriptStage, 0, missing));
        foreach (var (name, value) in notify ?? new Dictionary<string, string>()) environment[name] = value;
        if (listeners is { Count: > 0 })
            environment[ListenFds] = listeners.Count.ToString(CultureInfo.InvariantCulture);
        var launch = LaunchPlan.For(definition.Config);
        return (new SpawnRequest
        {
            Program = launch.Program,
            Arguments = launch.Arguments,
            Environment = environment,
            WorkingDirectory = definition.Config.ProjectDir!,
            StdinPath = streams.StdinFifo,
            StdoutPath = streams.OutFifo,
            StderrPath = streams.ErrFifo,
            Launch = definition.Launch,
            OpenFilesLimit = definition.OpenFilesLimit,
            RunMark = runMark,
            // Leftovers that may stay must not be in a cgroup that is killed as a whole.
            Cgroup = StopPolicy.From(definition.Config).KillTree ? new InstanceKey(definition.Id, instance) : null,
            Listeners = listeners ?? [],
            SetUp = SetUpOf(definition.Config,
                PidVariables(notify?.ContainsKey("WATCHDOG_USEC") == true, listeners is { Count: > 0 })),
        }, null);
    }

    /// <summary>
    /// Plans another command that runs as the child does: same user, folder, environment and limits, but without
    /// streams and without its own session. It does not depend on the child's script.
    /// </summary>
    public static (SpawnRequest? Request, SpawnFailure? Failure) ForCommand(
        ProcessDefinition definition, int instance, IReadOnlyDictionary<string, string> kept, StartFiles files,
        RunStreams streams, string command)
    {
        var config = definition.Config with { Command = command, Args = null, Interpreter = null };
        files = files with { MissingScript = null };
        var (request, failure) = For(definition with { Config = config }, instance, kept, files, streams);
        return (request is null
            ? null
            : request with
            {
                StdinPath = null,
                StdoutPath = "/dev/null",
                StderrPath = "/dev/null",
                LeadsSession = false,
                Cgroup = null
            }, failure);
    }

    /// <summary>Like <see cref="ForCommand"/>, marked as a hook of this home, with a file as standard input.</summary>
    public static (SpawnRequest? Request, SpawnFailure? Failure) ForHook(
        ProcessDefinition definition, int instance, IReadOnlyDictionary<string, string> kept, StartFiles files,
        RunStreams streams, (string Name, string Command, string Home, string? Input) hook)
    {
        var (request, failure) = ForCommand(definition, instance, kept, files, streams, hook.Command);
        if (request is null) return (null, failure);
        var environment = new Dictionary<string, string>(request.Environment,
            StringComparer.Ordinal)
        { [HookNames.Variable] = hook.Name, [HookNames.HomeVariable] = hook.Home };
        return (request with { Environment = environment, StdinPath = hook.Input }, null);
    }

    /// <summary>
    /// Variables that concern this process only (man 3 sd_listen_fds, sd_watchdog_enabled): descendants inherit them,
    /// and see from the pid that they are not meant.
    /// </summary>
    static string? PidVariables(bool hasWatchdog, bool hasListeners) => (hasWatchdog, hasListeners) switch
    {
        (true, true) => "WATCHDOG_PID,LISTEN_PID",
        (true, false) => "WATCHDOG_PID",
        (false, true) => "LISTEN_PID",
        _ => null,
    };

    static SetUp? SetUpOf(ProcessConfig config, string? pidVariables)
    {
        var setUp = new SetUp
        {
            User = config.User,
            Group = config.Group,
            Umask = config.Umask,
            Nice = config.Nice,
            OomScoreAdjust = config.OomScoreAdjust,
            PidVariables = pidVariables,
            Limits = config.Limits is { IsEmpty: false } limits ? limits : null,
        };
        return setUp == new SetUp() ? null : setUp;
    }
}
