using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Running;
using Tspm.Client.Terminal;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
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
        var before = NameOf(session, old, ChangeFlags.From(line)) ?? old;
        return new Change<RenameRequest, RenameResponse>(
            Methods.Rename, new RenameRequest { Selector = old, NewName = name },
            _ => $"renamed from '{ControlText.Escape(before)}'")
        {
            Total = static _ => "renamed",
        }
            .Run(session, ChangeFlags.From(line));
    });

    /// <summary>The name of the process that a pattern or an id selects.</summary>
    /// <returns>Null if the word is a name, or selects nothing: then the rename reports that.</returns>
    static string? NameOf(ClientSession session, string selector, ChangeFlags flags)
    {
        var isName = Selector.Parse(selector).Kind == SelectorKind.Word && !Selector.TryNumber(selector, out _);
        if (isName) return null;
        try
        {
            using var daemon = session.ConnectToChange(flags.NoAutoStart, () => TypedSelectors.RefuseUnknown(
                session, Methods.Rename.Name, new RenameRequest { Selector = selector, NewName = "" }));
            var found = daemon.Call(Methods.List, new ListRequest { Selectors = [selector] }).Processes;
            return found.Count > 0 ? found[0].Name : null;
        }
        catch (DaemonException unknown) when (unknown.Code == ErrorCode.NoSuchProcess)
        {
            return null;
        }
    }
}
