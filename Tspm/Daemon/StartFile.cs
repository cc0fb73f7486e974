using System.Text.Json;
using Tspm.Config;
using Tspm.Daemon.Handlers;
using Tspm.Model;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Storage;
using Tspm.Supervision;

namespace Tspm.Daemon;

/// <summary>
/// <c>daemon --apply FILE</c>: a config file's processes are defined and started with the daemon, as <c>start FILE</c> does it. What an earlier daemon of this home left, and is started already, is
/// replaced where the file says something else by now.
/// </summary>
internal static class StartFile
{
    /// <summary>Reads the file.</summary>
    /// <exception cref="HomeException">It cannot be used; the sentence says where and why.</exception>
    public static StartRequest Read(string path)
    {
        try
        {
            return new StartRequest { Define = ConfigFile.Read(path), Client = Surroundings(), Wait = false };
        }
        catch (Exception mistake) when (mistake is ConfigFileException or TextFileException)
        {
            throw new HomeException(mistake.Message);
        }
    }

    /// <summary>Null: all is under way. Else the sentence about what could not be started.</summary>
    /// <exception cref="RequestException">Nothing was begun; the sentence says why.</exception>
    public static async Task<string?> Start(DaemonContext context, StartRequest request)
    {
        var configs = Definitions.Complete(request.Define!, request.Client!);
        var others = await context.Supervisor.Ask(supervisor => configs.Where(config => !IsUpAsItSays(supervisor, config)));
        if (others.Count == 0) return null;
        var answer = await StartHandler.Handle(context, request with { Define = others, Force = true });
        foreach (var outcome in answer.Processes)
            if (outcome.Error is { } problem) return $"'{outcome.Name}': {problem}";
        return answer.Error;
    }

    static bool IsUpAsItSays(Supervisor supervisor, ProcessConfig config) =>
        supervisor.Table.ByName(config.Name!) is { } present && Text(present.Config) == Text(config) && supervisor.Table.Instances(present.Id)!.All(static cell => cell.State.Desired == DesiredState.Up);

    static string Text(ProcessConfig config) => JsonSerializer.Serialize(config with { Id = null }, WireJson.Default.ProcessConfig);

    /// <summary>The daemon's own: in a container that is what was given to all that is in it.</summary>
    static ClientContext Surroundings()
    {
        var environment = new Dictionary<string, string>();
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
            if (entry is { Key: string key, Value: string value } && !ServiceManagerVariables.Contains(key)) environment[key] = value;
        return new ClientContext { Environment = environment, WorkingDirectory = Environment.CurrentDirectory, OpenFilesLimit = null };
    }
}
