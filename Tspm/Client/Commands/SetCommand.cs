using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Defining;
using Tspm.Client.Output;
using Tspm.Client.Running;
using Tspm.Client.Terminal;
using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>set</c>: changes fields of a config, given as KEY=VALUE or as flags of <c>start</c>. <c>edit</c> with any of
/// these is the same; without, it opens the config in an editor.
/// </summary>
[RegisterCommands]
internal sealed class SetCommand
{
    [Command("edit")]
    public void Edit(ConsoleAppContext context) => context.Run(static (session, line) =>
        line.ConfigFlags.Count > 0 || Split(line.Words).Assignments.Count > 0
            ? Set(session, line) : ConfigEdit.Run(session, line));

    [Command("set")]
    public void Run(ConsoleAppContext context) => context.Run(Set);

    static int Set(ClientSession session, ParsedLine line)
    {
        var (selectors, assignments) = Split(line.Words);
        assignments.AddRange(ConfigFlags.Assignments(line.ConfigFlags));
        if (selectors.Count == 0) throw new UsageException("name a process; usage: tspm set NAME KEY=VALUE");
        if (assignments.Count == 0)
            throw NothingToSet(selectors);
        var code = new Change<SetRequest, SetResponse>(
            Methods.Set, new SetRequest { Selectors = selectors, Assignments = assignments },
            process => process.Unchanged ? "already has these values" : $"updated{NewKind(assignments)}")
        {
            IsRepeatable = true,
            Total = static process => process.Unchanged ? "unchanged" : "updated",
        }
            .Run(session, ChangeFlags.From(line), out var response);
        foreach (var name in response.RestartNeeded ?? [])
            session.Err.WriteLine($"{ControlText.Escape(name)}: {PendingFields(response, name, assignments)}");
        return code;
    }

    /// <summary>People type <c>set web memory 512MB</c>: names the field, and where the equals sign belongs.</summary>
    static UsageException NothingToSet(List<string> words)
    {
        var name = ControlText.Escape(ShellWords.Quote(words[0]));
        if (words is not [_, var key, ..] || words.Count > 3 || !IsAssignment(key + "="))
            return new UsageException($"nothing to set; usage: tspm set {name} KEY=VALUE");
        var field = FieldSynonyms.Find(key) is { } known && !known.Contains(' ') ? known : key;
        var value = words.Count == 3 ? ControlText.Escape(ShellWords.Quote(words[2])) : "VALUE";
        return new UsageException($"'{key}' has no value; usage: tspm set {name} {field}={value}");
    }

    static string PendingFields(SetResponse response, string name, IReadOnlyList<string> assignments)
    {
        List<string> changed = [.. assignments.Select(static assignment => assignment[..assignment.IndexOf('=')])
            .Distinct()];
        if (response.Pending?.TryGetValue(name, out var pending) == true)
            return PendingText.AfterChange(changed, pending, name);
        // An older daemon does not report pending fields, so name only those of this change.
        return PendingText.Describe(changed.FindAll(static field =>
            ApplyPlan.NeedsNewChild(field) || ApplyPlan.TakesEffectAtNextStart(field)), name);
    }

    /// <summary>Says that the process becomes a job, or is no longer one.</summary>
    static string NewKind(List<string> assignments)
    {
        const string action = "schedule.action=";
        return assignments.FindLast(static assignment => assignment.StartsWith(action, StringComparison.Ordinal)) switch
        {
            $"{action}{ScheduleConfig.Start}" =>
                "; it is a job now: it runs at its scheduled times and when you start it, until its work is done",
            action => "; it is not a job",
            _ => "",
        };
    }

    /// <summary>
    /// Separates selectors from KEY=VALUE. A pattern may contain '=' too, but a key begins with a letter and contains
    /// only letters, digits, dots, dashes and underscores.
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
        // After "env.", any name of a variable may follow.
        return word.StartsWith("env.", StringComparison.Ordinal)
            || word.AsSpan(0, equals).IndexOfAnyExcept(KeyLetters) < 0;
    }

    static readonly System.Buffers.SearchValues<char> KeyLetters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
}
