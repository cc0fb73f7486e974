using System.Globalization;
using Tspm.Config;
using Tspm.Model.State;
using Tspm.Text;

namespace Tspm.Supervision.Facts;

/// <summary>
/// Compares the start conditions of two runs and describes the differences, as data and as sentences. Anything unknown
/// for one of the runs is not reported as a difference.
/// </summary>
internal sealed class FactsComparison
{
    readonly RunFacts _before, _after;
    readonly List<RunChange> _changes = [];
    readonly List<string> _notKnown = [];

    FactsComparison(RunFacts before, RunFacts after) => (_before, _after) = (before, after);

    /// <param name="before">The facts of the run that stayed up.</param>
    /// <param name="after">The facts of a later run, or the current ones.</param>
    /// <param name="isNow">Whether <paramref name="after"/> holds the current facts.</param>
    public static RunChanges Between(RunFacts before, RunFacts after, bool isNow)
    {
        var comparison = new FactsComparison(before, after);
        comparison.Compare();
        return new RunChanges
        {
            Since = RunOf(before),
            Until = isNow ? null : RunOf(after),
            Changes = comparison._changes,
            NotKnown = comparison._notKnown.Count > 0 ? comparison._notKnown : null,
        };
    }

    /// <summary>Adds events of the machine that happened between the two runs.</summary>
    public static RunChanges With(RunChanges changes, IReadOnlyList<ProcessEvent> events) =>
        events.Count == 0 ? changes : changes with { Changes = [.. changes.Changes, .. events.Select(OfMachine)] };

    static RunOfChanges RunOf(RunFacts facts) => new()
    {
        Pid = facts.Pid,
        RunId = facts.RunId.ToString(CultureInfo.InvariantCulture),
        StartedAt = facts.StartedAt,
    };

    void Compare()
    {
        CompareFile(RunChange.Program, _before.Program, _after.Program);
        CompareFile(RunChange.Script, _before.Script, _after.Script);
        CompareConfig();
        CompareEnvironment();
        if (IsRead(RunChange.Git) && !GitComparison.AddTo(_changes, _before, _after)) NotKnown(RunChange.Git);
        if (_before.BootId is { } boot && _after.BootId is { } other && boot != other)
            Add(RunChange.Machine, "the machine was restarted");
    }

    void Add(string what, string sentence) => _changes.Add(new RunChange { What = what, Sentence = sentence });

    /// <summary>Whether both runs have facts on the subject; otherwise adds it to the unknown ones.</summary>
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
        // If one of them has no such file, the config comparison reports why.
        if (!IsRead(what) || before is null || after is null) return;
        if (SentenceOf(before, after) is not { } sentence) return;
        _changes.Add(new RunChange
        {
            What = what,
            Names = [after.Path],
            Time = after.IsMissing ? null : after.ModifiedAt,
            Sentence = sentence,
            Before = before.Path == after.Path ? null : before.Path,
            After = before.Path == after.Path ? null : after.Path,
        });
    }

    static string? SentenceOf(FileFacts before, FileFacts after)
    {
        if (after.IsMissing && before.IsMissing) return null;
        // Another file is looked for now; the earlier one may well be there.
        if (after.IsMissing && before.Path != after.Path) return $"{after.Path} does not exist (was {before.Path})";
        if (after.IsMissing) return $"{before.Path} no longer exists";
        if (before.Path != after.Path) return $"{after.Path} (was {before.Path})";
        if (before.IsMissing) return $"{after.Path} now exists, {Describe(after)}";
        var isSameHash = before.Hash is null || after.Hash is null ? (bool?)null : before.Hash == after.Hash;
        if (isSameHash == true) return null;
        var isSameSize = before.SizeBytes == after.SizeBytes;
        if (isSameHash == null && isSameSize)
            return before.ModifiedAt == after.ModifiedAt ? null
                : $"{after.Path} was written at {Time(after.ModifiedAt)}; it is not known whether its content changed";
        return $"{after.Path} has changed: {Describe(after)} (was {Describe(before)})";
    }

    static string Describe(FileFacts file) => $"{ByteSize.Format(file.SizeBytes)}, written at {Time(file.ModifiedAt)}";

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
        _changes.Add(new RunChange { What = RunChange.OfConfig, Names = fields, Sentence = ChangedNames.List(fields) });
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
        if (changed.Count > 0) parts.Add($"changed: {ChangedNames.List(changed)}");
        if (added.Count > 0) parts.Add($"new: {ChangedNames.List(added)}");
        if (gone.Count > 0) parts.Add($"gone: {ChangedNames.List(gone)}");
        if (parts.Count == 0) return;
        _changes.Add(new RunChange
        {
            What = RunChange.Environment,
            Names = [.. changed, .. added, .. gone],
            Sentence = string.Join("; ", parts),
        });
    }

    static List<string> Sorted(List<string> names) => [.. names.Order(StringComparer.Ordinal)];

    // ---- the machine

    static RunChange OfMachine(ProcessEvent happened)
    {
        var whose = happened.Name is null ? "" : $"'{happened.Name}' ";
        return new RunChange
        {
            What = RunChange.Machine,
            Time = happened.Time,
            Sentence = $"{Time(happened.Time)}: {whose}{Tspm.Events.EventText.Describe(happened)}",
        };
    }
}
