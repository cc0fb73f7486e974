using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Running;
using Tspm.Client.Terminal;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>rename OLD NEW</c>: renames a process.</summary>
[RegisterCommands]
internal sealed class RenameCommand
{
    [Command("rename")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var (old, name) = (line.Words[0], line.Words[1]);
        if (ProcessName.Problem(name) is { } problem) throw new UsageException(problem);
        return new Change<RenameRequest, RenameResponse>(
            Methods.Rename, new RenameRequest { Selector = old, NewName = name },
            _ => $"renamed from '{ControlText.Escape(old)}'")
        {
            Total = static _ => "renamed",
        }
            .Run(session, ChangeFlags.From(line));
    });
}
