using Tspm.Client.Grammar;
using Tspm.Client.Output;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>rename OLD NEW</c>.</summary>
internal static class RenameCommand
{
    public static void Run([Items] string[]? words = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session =>
        {
            var old = words![0];
            if (ProcessName.Problem(words[1]) is { } problem) throw new UsageException(problem);
            return new Change<RenameRequest, RenameResponse>(
                Methods.Rename, new RenameRequest { Selector = old, NewName = words[1] }, _ => $"is the new name of {ControlText.Escape(old)}")
                {
                    Total = static _ => "renamed",
                }
                .Run(session, new ChangeFlags(json, noAutoStart));
        });
}
