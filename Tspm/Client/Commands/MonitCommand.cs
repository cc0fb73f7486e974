using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Monit;

namespace Tspm.Client.Commands;

/// <summary><c>monit</c>: shows processes, their logs and why they exited, live on the terminal.</summary>
[RegisterCommands]
internal sealed class MonitCommand
{
    [Command("monit")]
    public void Run(ConsoleAppContext context) =>
        context.Run(static (session, line) => MonitStart.Run(session, MonitOptions.From(line)));
}
