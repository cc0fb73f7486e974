using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Completion;
using Tspm.Client.Terminal;

namespace Tspm.Client.Commands;

/// <summary><c>completion</c>: prints the script for a shell.</summary>
[RegisterCommands]
internal sealed class CompletionCommand
{
    [Command("completion")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var shell = line.Words[0];
        session.Out.Write(CompletionScripts.For(shell) ?? throw new UsageException(
            $"'{ControlText.Escape(shell)}' is not a shell that tspm knows; expected {CompletionScripts.Shells}"));
        return ExitCodes.Done;
    });
}
