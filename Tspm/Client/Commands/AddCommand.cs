using System.Globalization;
using Tspm.Client.Defining;
using Tspm.Client.Grammar;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>add</c>: defines without starting.</summary>
internal static class AddCommand
{
    public static void Run(
        [Items] string[]? words = null, [Items] string[]? program = null, [Items] string[]? config = null, bool noAutoStart = false, bool json = false,
        bool lossy = false) =>
        CommandHost.Execute(session =>
        {
            var target = StartCommand.ReadTarget(session, words, program, config, lossy, out var isLost);
            if (target.Define is not { } define) throw target.Unknown ?? new UsageException("add defines one command or a file; several words: quote them, as in tspm add \"node server.js\"");
            var code = new Change<AddRequest, AddResponse>(
                Methods.Add,
                new AddRequest { Define = define, Client = session.Context(noAutoStart), Project = target.Project }, static process => string.Create(CultureInfo.InvariantCulture, $"added (id {process.Id})"))
                {
                    Total = static _ => "added",
                }
                .Run(session, new ChangeFlags(json, noAutoStart));
            return ImportCommand.WithLoss(code, isLost);
        });
}
