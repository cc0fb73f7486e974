using System.Globalization;
using Tspm.Model.State;

namespace Tspm.Supervision.Facts;

/// <summary>Compares the Git checkouts in which two runs were started; part of <see cref="FactsComparison"/>.</summary>
internal static class GitComparison
{
    const int ShortCommit = 7;

    /// <summary>Adds the differences to the list.</summary>
    /// <returns>False if some facts are unknown.</returns>
    public static bool AddTo(List<RunChange> changes, RunFacts former, RunFacts later)
    {
        if (former.Git is not { } before || later.Git is not { } after)
        {
            const string folder = "the working directory is";
            if (former.Git is { } left) changes.Add(Plain($"{folder} no longer in the checkout {left.Root}"));
            if (later.Git is { } entered) changes.Add(Plain($"{folder} now in the checkout {entered.Root}"));
            return true;
        }
        if (before.Root != after.Root)
        {
            changes.Add(new RunChange
            {
                What = RunChange.Git,
                Before = before.Root,
                After = after.Root,
                Sentence = $"the checkout is {after.Root} (was {before.Root})",
            });
            return true;
        }
        AddCommit(changes, before, after);
        AddFiles(changes, before, after, former.StartedAt);
        var isSameCommit = before.Commit == after.Commit;
        if (isSameCommit && before.Staged is { } staged && after.Staged is { } other && staged != other)
            changes.Add(Plain("the index has different staged changes"));
        return before.IsComplete && after.IsComplete && before.Commit is null == after.Commit is null;
    }

    static RunChange Plain(string sentence) => new() { What = RunChange.Git, Sentence = sentence };

    static void AddCommit(List<RunChange> changes, GitFacts before, GitFacts after)
    {
        var isSameCommit = before.Commit == after.Commit;
        if (before.Commit is not null && after.Commit is not null && (!isSameCommit || before.Branch != after.Branch))
            changes.Add(new RunChange
            {
                What = RunChange.Git,
                Before = before.Commit,
                After = after.Commit,
                Sentence = $"commit {Head(after)} (was {(isSameCommit ? BranchOf(before) : Head(before))})",
            });
    }

    static string Head(GitFacts git) => $"{git.Commit![..Math.Min(ShortCommit, git.Commit!.Length)]} {BranchOf(git)}";

    static string BranchOf(GitFacts git) => git.Branch is null ? "without a branch" : $"on {git.Branch}";

    static void AddFiles(List<RunChange> changes, GitFacts before, GitFacts after, DateTimeOffset? since)
    {
        var isSameCommit = before.Commit == after.Commit;
        List<string> changed = [], same = [];
        foreach (var file in FilesOf(after))
            if (IsNews(file, before, since)) changed.Add(file.Path);
        if (isSameCommit && NamesAll(after))
            foreach (var file in FilesOf(before))
                if (Find(after, file.Path) is null) same.Add(file.Path);
        if (changed.Count > 0)
        {
            var more = after.ChangedCount - after.Changed.Count;
            var rest =
                more > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {more} more differ from the index") : "";
            changes.Add(new RunChange
            {
                What = RunChange.Git,
                Names = changed,
                Sentence = $"changed files: {ChangedNames.List(changed)}{rest}",
            });
        }
        if (same.Count > 0)
            changes.Add(new RunChange
            {
                What = RunChange.Git,
                Names = same,
                Sentence = $"no longer changed: {ChangedNames.List(same)}",
            });
    }

    /// <summary>
    /// Whether the file was unchanged before, or has changed again since. If the earlier list is incomplete, a file
    /// that is missing from it may have been changed already.
    /// </summary>
    static bool IsNews(GitChange file, GitFacts before, DateTimeOffset? since)
    {
        if (Find(before, file.Path) is { } former) return former != file;
        return NamesAll(before) || file.ModifiedAt >= since;
    }

    static bool NamesAll(GitFacts git) => git.IsComplete && git.ChangedCount == git.Changed.Count;

    static GitChange? Find(GitFacts git, string path)
    {
        foreach (var file in FilesOf(git))
            if (file.Path == path) return file;
        return null;
    }

    /// <summary>Skips null entries, which a record written by another version, or damaged, may contain.</summary>
    static IEnumerable<GitChange> FilesOf(GitFacts git) => git.Changed.Where(static file => file is not null);
}
