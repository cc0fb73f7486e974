using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>env</c>: prints the environment that the next child gets, as KEY=VALUE. Control characters are escaped, except
/// with <c>--json</c>.
/// </summary>
[RegisterCommands]
internal sealed class EnvCommand
{
    [Command("env")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        using var daemon = session.ConnectToRead();
        var answer = daemon.Call(Methods.Env, new EnvRequest { Selectors = line.Words });
        var json = line.IsOn("json");
        if (json) PrintJsonDocument(session.Out, answer.Processes);
        else PrintText(session.Out, answer.Processes);
        if (!json && answer.Processes.Count == 0) session.Err.WriteLine(NothingToShow.NoProcesses);
        return ExitCodes.Done;
    });

    static void PrintJsonDocument(OutputWriter output, IReadOnlyList<ProcessEnvironment> processes)
    {
        if (processes.Count == 1) JsonPrinter.Print(output, processes[0], PrintJson.Readable.ProcessEnvironment);
        else JsonPrinter.Print(output, processes, PrintJson.Readable.IReadOnlyListProcessEnvironment);
    }

    static void PrintText(OutputWriter output, IReadOnlyList<ProcessEnvironment> processes)
    {
        var several = Display.WithSeveral(
            processes.Select(static process => new InstanceKey(process.Id, process.Instance)));
        foreach (var process in processes)
        {
            if (processes.Count > 1)
                output.WriteLine($"# {Display.Name(process.Name, process.Instance, several.Contains(process.Id))}");
            foreach (var (key, value) in process.Env.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
                output.WriteLine($"{ControlText.Escape(key)}={ControlText.Escape(value)}");
        }
    }
}
