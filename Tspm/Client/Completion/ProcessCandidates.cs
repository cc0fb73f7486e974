using System.Globalization;
using Tspm.Model.Selecting;
using Tspm.Model.State;

namespace Tspm.Client.Completion;

/// <summary>Candidates that are names of processes, or other selectors.</summary>
internal sealed class ProcessCandidates(ICompletionSource source, List<Candidate> into)
{
    const int LongestCommand = 60;

    IReadOnlyList<ProcessDefinition>? _processes;

    IReadOnlyList<ProcessDefinition> Processes => _processes ??= source.Processes();

    /// <summary>Adds the names, except those that are on the line already.</summary>
    public void Names(IReadOnlyList<string> given)
    {
        foreach (var process in Processes)
            if (!given.Contains(process.Name)) Add(process.Name, Command(process));
    }

    /// <summary>Adds all namespaces. The usual one is added only once it is being typed.</summary>
    public void Namespaces(string word)
    {
        foreach (var name in Processes.Select(static process => process.Namespace).Distinct())
            if (name != ProcessDefinition.DefaultNamespace || IsBegun(name, word)) Add(name, "namespace");
    }

    /// <summary>
    /// Adds names, namespaces and <c>all</c>. Instances appear once the name is typed, and ids once a digit is: they
    /// would make the list several times as long.
    /// </summary>
    public void Selectors(string word, IReadOnlyList<string> given)
    {
        Names(given);
        Namespaces(word);
        if (Processes.Count > 0 && given.Count == 0) Add(Selector.All, "all processes");
        foreach (var process in Processes)
        {
            var id = process.Id.ToString(CultureInfo.InvariantCulture);
            if (IsBegun(id, word)) Add(id, $"id of {process.Name}");
            if (process.Instances == 1 || !word.StartsWith(process.Name, StringComparison.Ordinal)) continue;
            for (var instance = 0; instance < process.Instances; instance++)
            {
                var number = instance.ToString(CultureInfo.InvariantCulture);
                Add($"{process.Name}:{number}", $"instance {number}");
            }
        }
    }

    static bool IsBegun(string text, string word) =>
        word.Length > 0 && text.StartsWith(word, StringComparison.Ordinal);

    static string Command(ProcessDefinition process)
    {
        var command = string.Join(' ', new[] { process.Config.Command ?? "" }.Concat(process.Config.Args ?? []));
        return command.Length <= LongestCommand ? command : command[..LongestCommand] + "…";
    }

    void Add(string text, string description)
    {
        if (!into.Exists(other => other.Text == text)) into.Add(new Candidate(text, description));
    }
}
