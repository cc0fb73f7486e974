using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Offline;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Protocol;
using Tspm.Storage;
using Tspm.Text;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>export config</c>: prints the defined processes as a config file, with or without a daemon. Applying that file
/// changes nothing.
/// </summary>
[RegisterCommands]
internal sealed class ExportCommand
{
    [Command("export")]
    public void Run(ConsoleAppContext context) =>
        context.Run(static (session, line) => Export(session, line.Words));

    /// <summary>Whether a later version will export to this format.</summary>
    static bool IsLater(string format) =>
        format is "systemd" or "quadlet" or "compose" or "kubernetes" or "nomad" or "procfile";

    static int Export(ClientSession session, string[] words)
    {
        if (words[0] != "config")
            throw new UsageException(IsLater(words[0])
                ? $"export to {words[0]} is not part of this version ({ProductVersion.Current}); "
                    + "only a config can be exported: tspm export config"
                : "only 'config' can be exported; type: tspm export config "
                    + ControlText.Escape(string.Join(' ', words.Select(ShellWords.Quote))));
        var projects = new List<string>();
        var configs = Configs(session, words[1..], projects);
        projects = projects.Distinct().ToList();
        ConfigWriter.Write(session.Out, configs, projects.Count == 1 ? projects[0] : null);
        if (projects.Count > 1)
        {
            var listed = ControlText.Escape(string.Join(", ", projects));
            session.Err.WriteLine($"these processes belong to several projects ({listed}): "
                + "export each project separately, or apply this file with --force");
        }
        return ExitCodes.Done;
    }

    /// <summary>Returns the configs, and adds the project of each process to the list.</summary>
    static List<ProcessConfig> Configs(ClientSession session, string[] selectors, List<string> projects)
    {
        var configs = new List<ProcessConfig>();
        using var daemon = session.ConnectIfRunning();
        if (daemon is not null)
        {
            if (selectors.Length == 0) selectors = [Selector.All];
            var request = new DescribeRequest { Selectors = selectors, ShowEnv = true };
            foreach (var process in daemon.Call(Methods.Describe, request).Processes)
                if (process.Status.Instance == 0 || !configs.Exists(config => config.Name == process.Config.Name))
                {
                    configs.Add(process.Config);
                    if (process.Status.Project is { } project) projects.Add(project);
                }
            return configs;
        }
        var saved = new ProcessStore(session.Home, TimeProvider.System).Peek().Processes;
        var targets = saved.Select(static definition => SelectorTarget.From(definition, 0)).ToList();
        var chosen = selectors.Length == 0 ? new SelectorResult(targets) : SelectorMatcher.Resolve(selectors, targets);
        if (!chosen.IsKnown) throw OfflineProcesses.NoMatch(chosen);
        for (var i = 0; i < saved.Count; i++)
            if (chosen.Matches.Contains(targets[i]))
            {
                configs.Add(saved[i].Config);
                if (saved[i].Project is { } project) projects.Add(project);
            }
        return configs;
    }
}
