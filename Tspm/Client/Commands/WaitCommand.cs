using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Running;
using Tspm.Text;

namespace Tspm.Client.Commands;

/// <summary><c>wait</c>: waits for a state, a line of output or a port of processes.</summary>
[RegisterCommands]
internal sealed class WaitCommand
{
    [Command("wait")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var timeout = line.ValueOf("timeout") is { } text && Duration.TryParse(text, out var time)
            ? time : (TimeSpan?)null;
        return new ProcessWait(session, line.Words, new WaitGoal(line), timeout).Run(line.IsOn("json"));
    });
}
