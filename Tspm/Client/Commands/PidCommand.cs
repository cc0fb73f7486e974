using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Output;
using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>pid</c>: prints one process id per line. The exit code is 1 if a selected process is not running.
/// </summary>
[RegisterCommands]
internal sealed class PidCommand
{
    [Command("pid")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        using var daemon = session.ConnectToRead();
        var processes = daemon.Call(Methods.List, new ListRequest { Selectors = line.Selectors }).Processes;
        var json = line.IsOn("json");
        if (json)
            JsonPrinter.Print(session.Out,
                [.. processes.Select(static process =>
                    new PidEntry(process.Id, process.Name, process.Instance, process.Pid))],
                        PrintJson.Readable.IReadOnlyListPidEntry);
        else if (processes.Count == 0) session.Err.WriteLine(NothingToShow.NoProcesses);
        var several = Display.WithSeveral(
            processes.Select(static process => new InstanceKey(process.Id, process.Instance)));
        var code = ExitCodes.Done;
        foreach (var process in processes)
        {
            if (process.Pid is { } pid)
            {
                if (!json) session.Out.WriteLine(Display.Number(pid));
                continue;
            }
            session.Err.WriteLine($"{Display.Name(process.Name, process.Instance, several.Contains(process.Id))} is "
                + $"not running: it is {Display.State(process)}");
            code = ExitCodes.Failed;
        }
        return code;
    });
}
