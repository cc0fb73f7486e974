using Tspm.Client.CommandLine;
using Tspm.Model.Config;

namespace Tspm.Client.Completion;

/// <summary>
/// Finds what may stand at the cursor. Verbs, flags and what follows them come from the tables that the command line
/// is checked against.
/// </summary>
internal sealed class Completer(ICompletionSource source)
{
    readonly List<Candidate> _found = [];
    readonly List<string> _words = [];
    readonly HashSet<string> _given = [];
    Verb? _verb;

    /// <summary>
    /// The shell has to complete the word as the path of a file, because of a variable or a tilde in it.
    /// </summary>
    public bool IsForShell { get; private set; }

    /// <summary>Finds the candidates. The shell leaves out those that do not fit the word.</summary>
    /// <param name="before">The words between <c>tspm</c> and the cursor.</param>
    /// <param name="word">What is typed of the word at the cursor.</param>
    public List<Candidate> Complete(IReadOnlyList<string> before, string word)
    {
        if (!Read(before, out var isAfterDashes, out var flag)) return [];
        isAfterDashes |= IsInCommand;
        if (flag is not null) Values(flag, "", word);
        else if (isAfterDashes && _verb!.TakesProgram) Files(word, PathKind.Any);
        else if (!isAfterDashes && word.StartsWith('-')) Dashes(word);
        else if (_verb is null) VerbsFor(word);
        else Words(word);
        return _found;
    }

    /// <summary>Everything that follows belongs to the command that the verb runs.</summary>
    bool IsInCommand => _verb is { TakesCommand: true } && _words.Count > 0;

    /// <summary>Reads the words before the cursor as <see cref="Argv"/> does, but refuses nothing.</summary>
    /// <param name="before">The words.</param>
    /// <param name="isAfterDashes">There is a <c>--</c> among them.</param>
    /// <param name="flag">The flag whose value comes next; null if none does.</param>
    /// <returns>False if nothing can be said about the rest.</returns>
    bool Read(IReadOnlyList<string> before, out bool isAfterDashes, out Flag? flag)
    {
        (isAfterDashes, flag) = (false, null);
        foreach (var typed in before)
        {
            if (flag is not null) flag = null;
            else if (isAfterDashes || IsInCommand) _words.Add(typed);
            else if (typed == "--") isAfterDashes = true;
            else if (Argv.IsFlag(typed) && (_verb is null || !Argv.IsArgumentWithDash(_verb, _words, typed)))
            {
                var known = Argv.Resolve(typed, _verb, out var on, out var value);
                if (known is null) continue;
                _given.Add(known.Name);
                if (known.TakesValue && on && value is null) flag = known;
            }
            else if (_verb is not null) _words.Add(typed);
            else if ((_verb = Verbs.Find(typed)) is null) return false;
        }
        return _verb is not null || !isAfterDashes;
    }

    void VerbsFor(string word)
    {
        foreach (var verb in Verbs.Listed) Add(verb.Name, verb.Summary);
        // Aliases would only make the list longer: they appear once they are being typed.
        foreach (var name in Verbs.Known)
            if (word.Length > 0 && name.StartsWith(word, StringComparison.Ordinal) && Verbs.Find(name) is { } verb
                && !_found.Exists(other => other.Text == name)) Add(name, verb.Summary);
    }

    void Dashes(string word)
    {
        var equals = word.IndexOf('=');
        if (equals > 0)
        {
            if (Argv.Resolve(word, _verb, out _, out var value) is { TakesValue: true } flag)
                Values(flag, word[..(equals + 1)], value!);
            return;
        }
        foreach (var name in FlagNames())
        {
            var flag = Flags.Find(name)!;
            if (_given.Contains(name) && !flag.Repeats) continue;
            var help = _verb is null ? flag.Help : Flags.HelpOf(flag, _verb);
            if (!word.StartsWith("--", StringComparison.Ordinal)
                && FlagSpelling.LetterOf(name, _verb) is { } letter) Add($"-{letter}", help);
            Add((flag.ShownAsNo ? "--no-" : "--") + name, help);
        }
    }

    IEnumerable<string> FlagNames()
    {
        if (_verb is null) return ["help", "version", "system", "host"];
        string[] everywhere = ["silent", "host", "system", "help"];
        return _verb.AllFlags.Concat(everywhere.Where(_verb.Has)).Distinct();
    }

    /// <param name="flag">The flag that takes the value.</param>
    /// <param name="prefix">What stands in front of the value in the same word, such as <c>--sort=</c>.</param>
    /// <param name="typed">What is typed of the value.</param>
    void Values(Flag flag, string prefix, string typed)
    {
        // In a list, the last value is completed, and none is offered twice.
        var comma = flag.ValueName.Contains(',') ? typed.LastIndexOf(',') + 1 : 0;
        var begin = prefix + typed[..comma];
        var earlier = typed[..comma].Split(',');
        var first = _found.Count;
        foreach (var choice in FlagChoices.Of(flag.Name)) Add(choice, "");
        if (flag.Name == "host") foreach (var host in source.Hosts()) Add(host, "");
        else if (flag.Name == "only") new ProcessCandidates(source, _found).Names([]);
        else if (flag.Name == "namespace") new ProcessCandidates(source, _found).Namespaces("");
        else if (flag.Name == "depends-on") Dependencies(typed);
        else if (flag.ValueName == "DIR") Files(typed[comma..], PathKind.Folders);
        else if (flag.ValueName == "FILE" || flag.Name.StartsWith("watch-", StringComparison.Ordinal))
            Files(typed[comma..], PathKind.Any);
        _found.RemoveAll(one => Array.IndexOf(earlier, one.Text) >= 0);
        if (begin.Length == 0) return;
        for (var i = first; i < _found.Count; i++)
            _found[i] = new Candidate(begin + _found[i].Text, _found[i].Description);
    }

    void Dependencies(string typed)
    {
        new ProcessCandidates(source, _found).Names([]);
        if (typed.LastIndexOf(':') is not (> 0 and var colon)) return;
        foreach (var when in new[] { Dependency.Started, Dependency.Ready, Dependency.Completed })
            Add(typed[..(colon + 1)] + when, "");
    }

    void Words(string word)
    {
        var processes = new ProcessCandidates(source, _found);
        var kinds = UsageWords.After(_verb!, _words);
        if (_verb!.TakesProgram && _words.Count > 0) kinds.Add("BINARY");
        foreach (var kind in kinds)
        {
            if (word.Contains('=')) continue;
            if (kind == "SELECTOR") processes.Selectors(word, _words);
            // A config file selects its processes. Without a letter, nobody looks for one here.
            if (kind == "SELECTOR" && word.Length > 0) Files(word, PathKind.Configs);
            else if (kind is "NAME" or "OLD") processes.Names(_words);
            else if (kind == "SIGNAL") Signal(word);
            else if (kind == "VERB") VerbsFor(word);
            else if (kind == "KEY=VALUE") ConfigKeys.AddTo(_found, word);
            else if (kind == "FILE") Files(word, PathKind.Configs);
            else if (kind is "COMMAND") Files(word, PathKind.Programs);
            else if (kind == "BINARY") Files(word, PathKind.Any);
            else if (char.IsAsciiLetterLower(kind[0])) Add(kind, "");
        }
    }

    /// <summary>Short names are typed as kill(1) takes them, with a dash too.</summary>
    void Signal(string word)
    {
        foreach (var name in Signals.All)
            Add(word.StartsWith('S') || word.Length == 0 ? name : name["SIG".Length..], "");
    }

    void Files(string word, PathKind kind)
    {
        if (word.StartsWith('~') || word.Contains('$')) IsForShell = true;
        else PathCandidates.AddTo(_found, source, word, kind);
    }

    void Add(string text, string description) => _found.Add(new Candidate(text, description));
}
