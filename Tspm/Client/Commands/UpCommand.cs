using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Defining;
using Tspm.Client.Running;
using Tspm.Client.Terminal;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>up</c> and <c>down</c>: start what a config file defines, and delete it again. Without FILE, they use the config
/// file of the current folder.
/// </summary>
[RegisterCommands]
internal sealed class UpCommand
{
    [Command("up")]
    public void Up(ConsoleAppContext context) => context.Run(static (session, line) =>
        StartCommand.Run(session, line with { Words = [DefaultFile.Of(line)] }, StartCommand.ReadFile));

    [Command("down")]
    public void Down(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var file = DefaultFile.Of(line);
        if (FileSelection.Existing(session, file) is not { Count: > 0 } names)
        {
            session.Out.WriteLine($"no process of {ControlText.Escape(ShellWords.Quote(file))} is defined");
            return ExitCodes.Done;
        }
        return new Change<DeleteRequest, DeleteResponse>(
            Methods.Delete, new DeleteRequest { Selectors = names, Logs = line.IsOn("logs") }, static _ => "deleted")
        {
            Total = static _ => "deleted",
        }
            .Run(session, ChangeFlags.From(line));
    });
}
