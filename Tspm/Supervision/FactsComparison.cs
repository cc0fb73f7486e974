using System.Globalization;
using Tspm.Config;
using Tspm.Model;

namespace Tspm.Supervision;

/// <summary>
/// What differs between what two runs were started with, as data and as sentences: the only place where these are made.
/// What is not known of one of the two is never a difference.
/// </summary>
internal sealed class FactsComparison
{
    /// <summary>So many are named in a sentence.</summary>
    const int MostNames = 20;

    const int ShortCommit = 7;

    readonly RunFacts _before, _after;
    readonly List<RunChange> _changes = [];
    readonly List<string> _notKnown = [];

    FactsComparison(RunFacts before, RunFacts after) => (_before, _after) = (before, after);

    /// <param name="before">Of the run that stayed up.</param>
    /// <param name="after">Of a later one, or of the present.</param>
    /// <param name="isNow">It is the present.</param>
    public static RunChanges Between(RunFacts before, RunFacts after, bool isNow)
    {
        var comparison = new FactsComparison(before, after);
        comparison.Compare();
        return new RunChanges
        {
            Since = RunOf(before), Until = isNow ? null : RunOf(after), Changes = comparison._changes,
            NotKnown = comparison._notKnown.Count > 0 ? comparison._notKnown : null,
        };
    }

    /// <summary>Adds what the machine went through meanwhile.</summary>
    public static RunChanges With(RunChanges changes, IReadOnlyList<ProcessEvent> events) =>
        events.Count == 0 ? changes : changes with { Changes = [.. changes.Changes, .. events.Select(OfMachine)] };

    static RunOfChanges RunOf(RunFacts facts) => new()
    {
        Pid = facts.Pid, RunId = facts.RunId.ToString(CultureInfo.InvariantCulture), StartedAt = facts.StartedAt,
    };

    void Compare()
    {
        CompareFile(RunChange.Program, _before.Program, _after.Program);
        CompareFile(RunChange.Script, _before.Script, _after.Script);
        CompareConfig();
        CompareEnvironment();
        if (IsRead(RunChange.Git)) CompareGit();
        if (_before.BootId is { } boot && _after.BootId is { } other && boot != other)
            Add(RunChange.Machine, "the machine was restarted");
    }

    void Add(string what, string sentence) => _changes.Add(new RunChange { What = what, Sentence = sentence });

    /// <summary>Both know of it; otherwise it is noted that they do not.</summary>
    bool IsRead(string what)
    {
        if (_before.NotRead?.Contains(what) != true && _after.NotRead?.Contains(what) != true) return true;
        NotKnown(what);
        return false;
    }

    void NotKnown(string what)
    {
        if (!_notKnown.Contains(what)) _notKnown.Add(what);
    }

    // ---- files

    void CompareFile(string what, FileFacts? before, FileFacts? after)
    {
        // Where one of them has none, the config says why.
        if (!IsRead(what) || before is null || after is null) return;
        if (SentenceOf(before, after) is not { } sentence) return;
        _changes.Add(new RunChange
        {
            What = what, Names = [after.Path], Time = after.IsMissing ? null : after.ModifiedAt, Sentence = sentence,
            Before = before.Path == after.Path ? null : before.Path,
            After = before.Path == after.Path ? null : after.Path,
        });
    }

    static string? SentenceOf(FileFacts before, FileFacts after)
    {
        if (after.IsMissing) return before.IsMissing ? null : $"{before.Path} no longer exists";
        if (before.Path != after.Path) return $"{after.Path} (was {before.Path})";
        if (before.IsMissing) return $"{after.Path} is there now, {Look(after)}";
        var isSameHash = before.Hash is null || after.Hash is null ? (bool?)null : before.Hash == after.Hash;
        if (isSameHash == true) return null;
        var isSameSize = before.SizeBytes == after.SizeBytes;
        if (isSameHash == null && isSameSize)
            return before.ModifiedAt == after.ModifiedAt ? null
                : $"{after.Path} was written at {Time(after.ModifiedAt)}; whether its content changed is not known";
        return $"{after.Path} has changed: {Look(after)} (was {Look(before)})";
    }

    static string Look(FileFacts file) => $"{ByteSize.Format(file.SizeBytes)}, written at {Time(file.ModifiedAt)}";

    static string Time(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    // ---- config and environment

    void CompareConfig()
    {
        if (_before.Config is not { } before || _after.Config is not { } after)
        {
            NotKnown(RunChange.OfConfig);
            return;
        }
        var fields = ConfigDifference.Between(before, after);
        if (fields.Count == 0) return;
        _changes.Add(new RunChange { What = RunChange.OfConfig, Names = fields, Sentence = List(fields) });
    }

    void CompareEnvironment()
    {
        if (!IsRead(RunChange.Environment)) return;
        if (_before.Environment is not { } before || _after.Environment is not { } after || _before.Salt != _after.Salt)
        {
            NotKnown(RunChange.Environment);
            return;
        }
        List<string> changed = [], added = [], gone = [];
        foreach (var (name, hash) in after)
        {
            if (!before.TryGetValue(name, out var former)) added.Add(name);
            else if (former != hash) changed.Add(name);
        }
        foreach (var name in before.Keys)
            if (!after.ContainsKey(name)) gone.Add(name);
        (changed, added, gone) = (Sorted(changed), Sorted(added), Sorted(gone));
        var parts = new List<string>();
        if (changed.Count > 0) parts.Add($"changed: {List(changed)}");
        if (added.Count > 0) parts.Add($"new: {List(added)}");
        if (gone.Count > 0) parts.Add($"gone: {List(gone)}");
        if (parts.Count == 0) return;
        _changes.Add(new RunChange
        {
            What = RunChange.Environment, Names = [.. changed, .. added, .. gone], Sentence = string.Join("; ", parts),
        });
    }

    static List<string> Sorted(List<string> names) => [.. names.Order(StringComparer.Ordinal)];

    static string List(List<string> names)
    {
        if (names.Count <= MostNames) return string.Join(", ", names);
        var shown = string.Join(", ", names.GetRange(0, MostNames));
        return string.Create(CultureInfo.InvariantCulture, $"{shown} and {names.Count - MostNames} more");
    }

    // ---- git

    void CompareGit()
    {
        if (_before.Git is not { } before || _after.Git is not { } after)
        {
            const string folder = "the working directory is";
            if (_before.Git is { } left) Add(RunChange.Git, $"{folder} not in the checkout {left.Root} any more");
            if (_after.Git is { } entered) Add(RunChange.Git, $"{folder} in the checkout {entered.Root} now");
            return;
        }
        if (before.Root != after.Root)
        {
            _changes.Add(new RunChange
            {
                What = RunChange.Git, Before = before.Root, After = after.Root,
                Sentence = $"the checkout is {after.Root} (was {before.Root})",
            });
            return;
        }
        if (!before.IsComplete || !after.IsComplete || before.Commit is null != after.Commit is null)
            NotKnown(RunChange.Git);
        var isSameCommit = before.Commit == after.Commit;
        if (before.Commit is not null && after.Commit is not null && (!isSameCommit || before.Branch != after.Branch))
            _changes.Add(new RunChange
            {
                What = RunChange.Git, Before = before.Commit, After = after.Commit,
                Sentence = $"commit {Head(after)} (was {(isSameCommit ? BranchOf(before) : Head(before))})",
            });
        CompareTrackedFiles(before, after, isSameCommit);
        if (isSameCommit && before.Staged is { } staged && after.Staged is { } other && staged != other)
            Add(RunChange.Git, "what is staged in the index has changed");
    }

    static string Head(GitFacts git) => $"{git.Commit![..Math.Min(ShortCommit, git.Commit!.Length)]} {BranchOf(git)}";

    static string BranchOf(GitFacts git) => git.Branch is null ? "without a branch" : $"on {git.Branch}";

    void CompareTrackedFiles(GitFacts before, GitFacts after, bool isSameCommit)
    {
        List<string> changed = [], same = [];
        foreach (var file in FilesOf(after))
            if (IsNews(file, before)) changed.Add(file.Path);
        if (isSameCommit && NamesAll(after))
            foreach (var file in FilesOf(before))
                if (Find(after, file.Path) is null) same.Add(file.Path);
        if (changed.Count > 0)
        {
            var more = after.ChangedCount - after.Changed.Count;
            var rest =
                more > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {more} more differ from the index") : "";
            _changes.Add(new RunChange
            {
                What = RunChange.Git, Names = changed, Sentence = $"changed files: {List(changed)}{rest}",
            });
        }
        if (same.Count > 0)
            _changes.Add(
                new RunChange { What = RunChange.Git, Names = same, Sentence = $"no longer changed: {List(same)}" });
    }

    /// <summary>
    /// It was not changed before, or is otherwise now. One that is not on a list which is not complete may have been.
    /// </summary>
    bool IsNews(GitChange file, GitFacts before)
    {
        if (Find(before, file.Path) is { } former) return former != file;
        return NamesAll(before) || file.ModifiedAt >= _before.StartedAt;
    }

    static bool NamesAll(GitFacts git) => git.IsComplete && git.ChangedCount == git.Changed.Count;

    static GitChange? Find(GitFacts git, string path)
    {
        foreach (var file in FilesOf(git))
            if (file.Path == path) return file;
        return null;
    }

    /// <summary>Of a record that another version wrote, or that was damaged, any item may be null.</summary>
    static IEnumerable<GitChange> FilesOf(GitFacts git) => git.Changed.Where(static file => file is not null);

    // ---- the machine

    static RunChange OfMachine(ProcessEvent happened)
    {
        var whose = happened.Name is null ? "" : $"'{happened.Name}' ";
        return new RunChange
        {
            What = RunChange.Machine, Time = happened.Time,
            Sentence = $"{Time(happened.Time)}: {whose}{Logs.Events.EventText.Of(happened)}",
        };
    }
}
