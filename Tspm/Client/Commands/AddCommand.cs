using System.Globalization;
using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Running;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>add</c>: defines processes without starting them.</summary>
[RegisterCommands]
internal sealed class AddCommand
{
    [Command("add")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var target = StartCommand.ReadTarget(session, line, out var isLost);
        if (target.Define is not { } define)
            throw target.Unknown ?? new UsageException(
                "'add' takes one command or file; quote a command of several words: tspm add \"node server.js\"");
        var flags = ChangeFlags.From(line);
        var code = new Change<AddRequest, AddResponse>(
            Methods.Add,
            new AddRequest
            {
                Define = define,
                Client = session.Context(flags.NoAutoStart),
                Project = target.Project,
            },
            static process => string.Create(CultureInfo.InvariantCulture, $"added (id {process.Id})"))
        {
            Total = static _ => "added",
        }
            .Run(session, flags);
        return ImportCommand.WithLoss(code, isLost);
    });
}
