using Tspm.Client.CommandLine;
using Tspm.Client.Monit.Model;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Monit.Input;

/// <summary>Completes the last word of a command line: the verb, then names of processes.</summary>
internal static class CommandCompletion
{
    /// <returns>The line with what all candidates have in common; with a space if there is only one.</returns>
    public static string Complete(string line, IReadOnlyList<ProcessStatus> processes, HashSet<int> several)
    {
        var begin = line.LastIndexOf(' ') + 1;
        var word = line[begin..];
        IEnumerable<string> candidates = begin == 0
            ? Verbs.Known
            : processes.Select(process => ShellWords.Quote(ListEntry.SelectorOf(process, several)));
        var fitting = candidates.Where(name => name.StartsWith(word, StringComparison.Ordinal)).Distinct().ToList();
        if (fitting.Count == 0) return line;
        var common = fitting.Aggregate(CommonBeginning);
        return line[..begin] + common + (fitting.Count == 1 ? " " : "");
    }

    static string CommonBeginning(string one, string other)
    {
        var length = 0;
        while (length < one.Length && length < other.Length && one[length] == other[length]) length++;
        return one[..length];
    }
}
