using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Output.Help;
using Tspm.Client.Running;

namespace Tspm.Client.Commands;

/// <summary><c>man</c>: opens the manual page in man(1), or prints it where nobody looks.</summary>
[RegisterCommands]
internal sealed class ManCommand
{
    [Command("man")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, _) =>
    {
        if (!session.Out.IsTerminal)
        {
            session.Out.Write(ManualPage.Write());
            return ExitCodes.Done;
        }
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, ManualPage.Write());
            if (ForegroundProgram.Run(["man", file]) is not { } problem) return ExitCodes.Done;
            session.Err.WriteLine($"{problem}; the same is printed by: tspm help VERB");
            return ExitCodes.Failed;
        }
        finally
        {
            File.Delete(file);
        }
    });
}
