using System.Text.RegularExpressions;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Text;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Model.Selecting;

/// <summary>An instance that selectors choose from.</summary>
internal sealed record SelectorTarget(int Id, string Name, string Namespace, int Instance, string? LegacyId = null)
{
    public static SelectorTarget From(ProcessDefinition definition, int instance) =>
        new(definition.Id, definition.Name, definition.Namespace, instance, definition.Config.LegacyId);
}

/// <summary>
/// Either all matches, in table order and without duplicates; or the first selector that matches nothing, with a
/// sentence about it.
/// </summary>
internal sealed record SelectorResult(IReadOnlyList<SelectorTarget> Matches, string? Unknown = null,
    string? Sentence = null)
{
    public bool IsKnown => Unknown is null;

    /// <summary>The selector itself is not valid, so that no process could ever match.</summary>
    public bool IsInvalid { get; init; }

    /// <summary>
    /// The <see cref="Matches"/> that were selected individually by name, id or instance, and not by <c>all</c>, a
    /// pattern or a namespace.
    /// </summary>
    public IReadOnlySet<SelectorTarget> Named { get; init; } = new HashSet<SelectorTarget>();

    /// <summary>
    /// If the process is known and only the instance is not: how to run that many, as the end of the sentence, for
    /// verbs that start processes. Otherwise null.
    /// </summary>
    public string? ScaleHint { get; init; }
}

/// <summary>
/// Looks up selectors in the table of processes. If one selector is unknown, nothing matches, so that a typing error in
/// one of several words never leaves a job half done. A name takes precedence over an id, an id over an id of the older
/// Tspm, and that over a namespace; <c>all</c> always means every process.
/// </summary>
internal static class SelectorMatcher
{
    /// <summary>Maximum number of selectors in one request.</summary>
    public const int MaxSelectors = 1000;

    /// <summary>
    /// Time limit for all regular expressions of one request together, including building them. Each match has its own
    /// limit, but a thousand processes and hundreds of patterns just below it would hold up the supervisor for hours.
    /// </summary>
    static readonly TimeSpan PatternTime = TimeSpan.FromMilliseconds(500);

    /// <summary>Finds the targets that the selectors match.</summary>
    public static SelectorResult Resolve(IReadOnlyList<string> selectors, IReadOnlyList<SelectorTarget> targets)
    {
        if (selectors.Count > MaxSelectors)
            return new SelectorResult([], selectors[0],
                $"there are {selectors.Count} selectors; at most {MaxSelectors} are allowed");
        var chosen = new bool[targets.Count];
        var named = new HashSet<SelectorTarget>();
        var (begun, inPatterns) = (0L, TimeSpan.Zero);
        foreach (var text in selectors)
        {
            if (TimedRegex.LengthProblem(text) is { } tooLong)
                return Invalid(text, $"the selector {TimedRegex.Shown(text)} {tooLong}");
            if (inPatterns > PatternTime)
                return new SelectorResult([], text,
                    "the patterns take too long to match; select the processes by name, or in several steps");
            begun = Stopwatch.GetTimestamp();
            var selector = Selector.Parse(text);
            if (!TryPredicate(selector, targets, out var fits, out var names, out var problem))
                return Invalid(text, problem!);
            try
            {
                var any = Mark(chosen, targets, fits, names ? named : null);
                if (selector.Kind == SelectorKind.Regex) inPatterns += Stopwatch.GetElapsedTime(begun);
                if (!any && selector.Kind != SelectorKind.All)
                    return NoMatch(selector, targets);
            }
            catch (RegexMatchTimeoutException)
            {
                return new SelectorResult([], text,
                    $"the pattern {text} takes too long to match; write it without nested repetitions");
            }
        }
        return new SelectorResult([.. targets.Where((_, index) => chosen[index])]) { Named = named };
    }

    static SelectorResult Invalid(string selector, string problem) =>
        new([], selector, problem) { IsInvalid = true };

    static bool Mark(
        bool[] chosen, IReadOnlyList<SelectorTarget> targets, Func<SelectorTarget, bool> fits,
            HashSet<SelectorTarget>? named)
    {
        var any = false;
        for (var i = 0; i < chosen.Length; i++)
        {
            if (!fits(targets[i])) continue;
            chosen[i] = any = true;
            named?.Add(targets[i]);
        }
        return any;
    }

    /// <summary>Turns a selector into a predicate.</summary>
    /// <param name="selector">The selector.</param>
    /// <param name="targets">The targets to choose from.</param>
    /// <param name="fits">Whether the selector matches a target.</param>
    /// <param name="names">Whether it selects individually; see <see cref="SelectorResult.Named"/>.</param>
    /// <param name="problem">Why the selector is not valid; null if it is.</param>
    static bool TryPredicate(
        Selector selector, IReadOnlyList<SelectorTarget> targets, out Func<SelectorTarget, bool> fits, out bool names,
        out string? problem)
    {
        (problem, names) = (null, false);
        fits = static _ => true;
        if (selector.Kind == SelectorKind.All) return true;
        if (selector.Kind == SelectorKind.Regex) return TryRegex(selector, out fits, out problem);
        var (text, body) = (selector.Text, selector.Body);
        names = true;
        // An exact name comes first: names may look like numbers, globs or instances.
        if (targets.Any(target => target.Name == text))
        {
            fits = target => target.Name == text;
            return true;
        }
        if (targets.Any(target => target.Name == body)) fits = target => target.Name == body;
        else if (Selector.TryNumber(body, out var id) && targets.Any(target => target.Id == id))
            fits = target => target.Id == id;
        else if (targets.Any(target => target.LegacyId == body)) fits = target => target.LegacyId == body;
        else if (targets.Any(target => target.LegacyId == text))
        {
            fits = target => target.LegacyId == text;
            return true;
        }
        else
        {
            names = false;
            if (selector.Kind == SelectorKind.Glob) fits = target => Glob.IsMatch(body, target.Name);
            else if (selector.Kind == SelectorKind.Word) fits = target => target.Namespace == body;
            else fits = static _ => false;
        }
        if (selector.Kind != SelectorKind.Instance) return true;
        var whole = fits;
        fits = target => target.Instance == selector.Instance && whole(target);
        return true;
    }

    static bool TryRegex(Selector selector, out Func<SelectorTarget, bool> fits, out string? problem)
    {
        fits = static _ => false;
        problem = selector.Body.Length == 0 ? "the pattern // is empty; use 'all' to select every process" : null;
        if (problem is not null) return false;
        if (TimedRegex.TryMake(selector.Body, out var mistake) is not { } regex)
        {
            problem = $"the pattern {TimedRegex.Shown(selector.Text)} {mistake}";
            return false;
        }
        // The total limit also holds within one pattern: a thousand names may each take almost as long as one match
        // may.
        var begun = Stopwatch.GetTimestamp();
        fits = target =>
            Stopwatch.GetElapsedTime(begun) < PatternTime
                ? regex.IsMatch(target.Name)
                : throw new RegexMatchTimeoutException();
        return true;
    }

    static SelectorResult NoMatch(Selector selector, IReadOnlyList<SelectorTarget> targets)
    {
        var text = selector.Text;
        if (selector.Kind != SelectorKind.Instance || Instances(selector.Body, targets) is not { Count: > 0 } known)
            return new SelectorResult([], text, NoMatchProblem(selector, targets));
        var there = known.Count == 1
            ? $"it has only instance {known[0]}"
            : $"it has instances {string.Join(", ", known)}";
        var sentence = $"process '{selector.Body}' has no instance {selector.Instance}; {there}";
        var scale = $"; instances are counted from 0; to run more of them: tspm scale "
            + $"{ShellWords.Quote(selector.Body)} N";
        return new SelectorResult([], text, sentence) { ScaleHint = scale };
    }

    static string NoMatchProblem(Selector selector, IReadOnlyList<SelectorTarget> targets)
    {
        if (targets.Count == 0) return $"there is no process '{selector.Text}'; none is defined";
        if (selector.Kind is SelectorKind.Glob or SelectorKind.Regex)
            return $"no process name matches {selector.Text}";
        var names = targets.Select(target => target.Name).Concat(targets.Select(target => target.Namespace))
            .Append(Selector.All);
        var hint = NearestName.Question(selector.Body, names);
        // In PM2, a process can be selected by the path of its script.
        var byScript = DefaultName.For([selector.Text]);
        if (targets.Any(target => target.Name == byScript)) hint = $"; did you mean '{byScript}'?";
        else if (hint.Length == 0 && selector.Text.Contains(',', StringComparison.Ordinal))
            hint = $"; separate several selectors with spaces: {string.Join(' ', selector.Text.Split(','))}";
        return $"there is no process, id or namespace '{selector.Text}'{hint}";
    }

    static List<int> Instances(string body, IReadOnlyList<SelectorTarget> targets)
    {
        var byName = targets.Where(target => target.Name == body).Select(target => target.Instance).ToList();
        if (byName.Count > 0 || !Selector.TryNumber(body, out var id)) return byName;
        return [.. targets.Where(target => target.Id == id).Select(target => target.Instance)];
    }
}
