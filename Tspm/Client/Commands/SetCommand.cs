using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Defining;
using Tspm.Client.Output;
using Tspm.Client.Running;
using Tspm.Client.Terminal;
using Tspm.Config;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>set</c>: changes members of a config, given as KEY=VALUE or by the flags of <c>start</c>.</summary>
[RegisterCommands]
internal sealed class SetCommand
{
    [Command("set")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var (selectors, assignments) = Split(line.Words);
        assignments.AddRange(ConfigFlags.Assignments(line.ConfigFlags));
        if (selectors.Count == 0) throw new UsageException("no process is named; usage: tspm set NAME KEY=VALUE");
        if (assignments.Count == 0)
        {
            throw new UsageException(
                $"nothing to set; usage: tspm set {ControlText.Escape(selectors[0])} KEY=VALUE");
        }
        var code = new Change<SetRequest, SetResponse>(
            Methods.Set, new SetRequest { Selectors = selectors, Assignments = assignments },
            static process => process.Unchanged ? "has these values already" : "changed")
        {
            IsRepeatable = true,
            Total = static process => process.Unchanged ? "unchanged" : "changed",
        }
            .Run(session, ChangeFlags.Of(line), out var response);
        foreach (var name in response.RestartNeeded ?? [])
            session.Err.WriteLine($"{ControlText.Escape(name)}: {Later(response, name, assignments)}");
        return code;
    });

    static string Later(SetResponse response, string name, IReadOnlyList<string> assignments)
    {
        if (response.Pending?.TryGetValue(name, out var pending) == true) return PendingText.Of(pending, name);
        // An older daemon knows only of this change.
        return PendingText.Of([.. assignments.Select(static assignment => assignment[..assignment.IndexOf('=')])
            .Where(static field => ApplyPlan.NeedsNewChild(field) || ApplyPlan.TakesEffectAtNextStart(field))
            .Distinct()], name);
    }

    /// <summary>
    /// Words before the first KEY=VALUE are selectors; a pattern may contain '=', a key begins with a letter and holds
    /// letters, digits, dots, dashes and underscores.
    /// </summary>
    public static (List<string> Selectors, List<string> Assignments) Split(IReadOnlyList<string> words)
    {
        List<string> selectors = [], assignments = [];
        foreach (var word in words) (IsAssignment(word) ? assignments : selectors).Add(word);
        return (selectors, assignments);
    }

    static bool IsAssignment(string word)
    {
        var equals = word.IndexOf('=');
        if (equals <= 0 || !char.IsAsciiLetter(word[0])) return false;
        // Behind "env." anything may stand: it is the variable's name.
        return word.StartsWith("env.", StringComparison.Ordinal)
            || word.AsSpan(0, equals).IndexOfAnyExcept(KeyLetters) < 0;
    }

    static readonly System.Buffers.SearchValues<char> KeyLetters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
}
