using System.Text.RegularExpressions;

namespace Tspm.Model;

/// <summary>One instance that selectors choose from.</summary>
internal sealed record SelectorTarget(int Id, string Name, string Namespace, int Instance, string? LegacyId = null)
{
    public static SelectorTarget Of(ProcessDefinition definition, int instance) => new(definition.Id, definition.Name, definition.Namespace, instance, definition.Config.LegacyId);
}

/// <summary>Either all matches (in the order of the table, none twice), or the first selector that fits nothing and a sentence about it.</summary>
internal sealed record SelectorResult(IReadOnlyList<SelectorTarget> Matches, string? Unknown = null, string? Sentence = null)
{
    public bool IsKnown => Unknown is null;
}

/// <summary>
/// Looks selectors up in the table of processes. It is all or nothing: with one unknown selector nothing matches, so that a mistyped word among
/// several never leaves half a job done. A name wins over an id, an id over the one that an older Tspm knew it by, that over a namespace; <c>all</c> always means all.
/// </summary>
internal static class SelectorMatcher
{
    public static SelectorResult Resolve(IReadOnlyList<string> selectors, IReadOnlyList<SelectorTarget> targets)
    {
        var chosen = new bool[targets.Count];
        foreach (var text in selectors)
        {
            var selector = Selector.Parse(text);
            if (!TryPredicate(selector, targets, out var fits, out var problem)) return new SelectorResult([], text, problem);
            try
            {
                if (!Mark(chosen, targets, fits) && selector.Kind != SelectorKind.All)
                    return new SelectorResult([], text, NothingFits(selector, targets));
            }
            catch (RegexMatchTimeoutException)
            {
                return new SelectorResult([], text, $"the pattern {text} takes too long to match; write it without nested repetitions");
            }
        }
        return new SelectorResult([.. targets.Where((_, index) => chosen[index])]);
    }

    static bool Mark(bool[] chosen, IReadOnlyList<SelectorTarget> targets, Func<SelectorTarget, bool> fits)
    {
        var any = false;
        for (var i = 0; i < chosen.Length; i++)
        {
            if (!fits(targets[i])) continue;
            chosen[i] = any = true;
        }
        return any;
    }

    static bool TryPredicate(
        Selector selector, IReadOnlyList<SelectorTarget> targets, out Func<SelectorTarget, bool> fits, out string? problem)
    {
        problem = null;
        fits = static _ => true;
        if (selector.Kind == SelectorKind.All) return true;
        if (selector.Kind == SelectorKind.Regex) return TryRegex(selector, out fits, out problem);
        var body = selector.Body;
        // First of all an exact name: names may look like numbers or globs.
        if (targets.Any(target => target.Name == body)) fits = target => target.Name == body;
        else if (Selector.TryNumber(body, out var id) && targets.Any(target => target.Id == id)) fits = target => target.Id == id;
        else if (targets.Any(target => target.LegacyId == body)) fits = target => target.LegacyId == body;
        else if (selector.Kind == SelectorKind.Glob) fits = target => Glob.IsMatch(body, target.Name);
        else if (selector.Kind == SelectorKind.Word) fits = target => target.Namespace == body;
        else fits = static _ => false;
        if (selector.Kind != SelectorKind.Instance) return true;
        var whole = fits;
        fits = target => target.Instance == selector.Instance && whole(target);
        return true;
    }

    static bool TryRegex(Selector selector, out Func<SelectorTarget, bool> fits, out string? problem)
    {
        try
        {
            var regex = TimedRegex.Make(selector.Body);
            problem = selector.Body.Length == 0 ? "the pattern // is empty; to choose every process, say 'all'" : null;
            fits = target => regex.IsMatch(target.Name);
        }
        catch (RegexParseException failure)
        {
            problem = $"the pattern {selector.Text} is not a regular expression: {RegexProblem.Words(failure.Error)} at position {failure.Offset}";
            fits = static _ => false;
        }
        return problem is null;
    }

    static string NothingFits(Selector selector, IReadOnlyList<SelectorTarget> targets)
    {
        if (targets.Count == 0) return $"there is no process '{selector.Text}': none is defined";
        if (selector.Kind is SelectorKind.Glob or SelectorKind.Regex) return $"no process has a name that matches {selector.Text}";
        if (selector.Kind == SelectorKind.Instance && Instances(selector.Body, targets) is { Count: > 0 } known)
        {
            var there = known.Count == 1 ? $"it has only instance {known[0]}" : $"it has the instances {string.Join(", ", known)}";
            return $"process '{selector.Body}' has no instance {selector.Instance}; {there}";
        }
        var names = targets.Select(target => target.Name).Concat(targets.Select(target => target.Namespace)).Append(Selector.All);
        return $"there is no process, id or namespace '{selector.Text}'{NearestName.Question(selector.Body, names)}";
    }

    static List<int> Instances(string body, IReadOnlyList<SelectorTarget> targets)
    {
        var byName = targets.Where(target => target.Name == body).Select(target => target.Instance).ToList();
        if (byName.Count > 0 || !Selector.TryNumber(body, out var id)) return byName;
        return [.. targets.Where(target => target.Id == id).Select(target => target.Instance)];
    }
}
