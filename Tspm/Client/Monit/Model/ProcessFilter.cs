using System.Globalization;
using Tspm.Client.Output;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Monit.Model;

/// <summary>
/// The condition that a user types to shorten the list. Words are separated by spaces, and all must be true: a part of
/// a name, a pattern such as <c>web-*</c>, a <c>/regex/</c>, <c>NAME:INSTANCE</c>, an id, a namespace,
/// <c>state:errored,waiting</c>, <c>project:shop</c>, <c>mem&gt;200M</c>, <c>cpu&gt;50</c> or <c>restarts&gt;3</c>. A
/// word that is not finished, such as <c>mem&gt;</c> or <c>/web</c>, matches everything.
/// </summary>
internal static class ProcessFilter
{
    public static bool Matches(string condition, ProcessStatus process)
    {
        foreach (var word in condition.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            if (!MatchesWord(word, process)) return false;
        return true;
    }

    static bool MatchesWord(string word, ProcessStatus process)
    {
        if (word.StartsWith("state:", StringComparison.OrdinalIgnoreCase)) return HasState(word[6..], process);
        if (word.StartsWith("project:", StringComparison.OrdinalIgnoreCase))
            return process.Project?.Contains(word[8..], StringComparison.OrdinalIgnoreCase) == true || word.Length == 8;
        if (word[0] == '/') return MatchesPattern(word, process);
        var comparison = word.AsSpan().IndexOfAny('>', '<');
        if (comparison > 0 && ReadingOf(word[..comparison], process, out var reading))
            return !LimitOf(word[(comparison + 1)..], out var limit)
                || (word[comparison] == '>' ? reading > limit : reading < limit);
        if (Glob.IsPattern(word)) return Glob.IsMatch(word, process.Name);
        return process.Name.Contains(word, StringComparison.OrdinalIgnoreCase)
            || word == process.Namespace || word == Selector(process)
            || word == process.Id.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A regular expression between slashes, as in selectors.</summary>
    static bool MatchesPattern(string word, ProcessStatus process) =>
        word.Length < 3 || word[^1] != '/' || SearchText.From(word[1..^1])!.Matches(process.Name);

    /// <summary>One of several states, each of which may be only begun.</summary>
    static bool HasState(string states, ProcessStatus process)
    {
        if (states.Length == 0) return true;
        foreach (var state in states.Split(',', StringSplitOptions.RemoveEmptyEntries))
            if (Display.State(process.State).StartsWith(state, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    static bool ReadingOf(string name, ProcessStatus process, out double reading)
    {
        (var isKnown, reading) = name switch
        {
            "mem" or "memory" => (true, process.MemoryBytes ?? 0),
            "cpu" => (true, process.CpuPercent ?? 0),
            "restarts" => (true, process.Restarts),
            _ => (false, 0.0),
        };
        return isKnown;
    }

    static bool LimitOf(string text, out double limit)
    {
        if (double.TryParse(text.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out limit))
            return true;
        var isSize = ByteSize.TryParse(text, out var bytes);
        limit = bytes;
        return isSize;
    }

    static string Selector(ProcessStatus process) =>
        string.Create(CultureInfo.InvariantCulture, $"{process.Name}:{process.Instance}");
}
