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
/// Turns a definition, and what was read for its start, into what the platform has to start. A file that is of no use
/// or a script that is not there makes it fail: a failure is a value like any other spawn failure.
/// </summary>
internal static class SpawnPlan
{
    /// <summary>How many sockets the child finds from its descriptor 3 on (man 3 sd_listen_fds).</summary>
    const string ListenFds = "LISTEN_FDS";

    public static (SpawnRequest? Request, SpawnFailure? Failure) For(
        ProcessDefinition definition, int instance, IReadOnlyDictionary<string, string> kept, StartFiles files,
        RunStreams streams, IReadOnlyDictionary<string, string>? notify = null, IReadOnlyList<int>? listeners = null,
        ulong runMark = RunMark.None)
    {
        var environment = ChildEnvironment.Of(definition, instance, kept, files.EnvFile, out var problem);
        if (environment is null) return (null, new SpawnFailure(SpawnFailure.EnvFileStage, 0, problem!));
        if (files.MissingScript is { } missing)
            return (null, new SpawnFailure(SpawnFailure.ScriptStage, 0, missing));
        foreach (var (name, value) in notify ?? new Dictionary<string, string>()) environment[name] = value;
        if (listeners is { Count: > 0 })
            environment[ListenFds] = listeners.Count.ToString(CultureInfo.InvariantCulture);
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
            Launch = definition.Launch,
            OpenFilesLimit = definition.OpenFilesLimit,
            RunMark = runMark,
            // What may stay behind must not be in what is killed as a whole.
            Cgroup = StopPolicy.Of(definition.Config).KillTree ? new InstanceKey(definition.Id, instance) : null,
            Listeners = listeners ?? [],
            SetUp = SetUpOf(definition.Config,
                PidVariables(notify?.ContainsKey("WATCHDOG_USEC") == true, listeners is { Count: > 0 })),
        }, null);
    }

    /// <summary>
    /// Another command that runs as the child does: same user, folder, environment and limits; no streams, and no
    /// session. The script of the child is no concern of it.
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

    /// <summary>
    /// As <see cref="ForCommand"/>, marked as a hook of this home, and with a file as its standard input.
    /// </summary>
    public static (SpawnRequest? Request, SpawnFailure? Failure) ForHook(
        ProcessDefinition definition, int instance, IReadOnlyDictionary<string, string> kept, StartFiles files,
        RunStreams streams, (string Name, string Command, string Home, string? Input) hook)
    {
        var (request, failure) = ForCommand(definition, instance, kept, files, streams, hook.Command);
        if (request is null) return (null, failure);
        var environment = new Dictionary<string, string>(request.Environment,
            StringComparer.Ordinal)
        { [HookMark.Variable] = hook.Name, [HookMark.HomeVariable] = hook.Home };
        return (request with { Environment = environment, StdinPath = hook.Input }, null);
    }

    /// <summary>
    /// Meant for this process alone (man 3 sd_listen_fds, sd_watchdog_enabled): its own children inherit the variables,
    /// and see that it is not theirs.
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
