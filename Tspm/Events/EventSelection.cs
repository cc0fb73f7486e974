using System.Globalization;
using Tspm.Logs.Reading;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Events;

/// <summary>
/// Whose events selectors mean: those of the processes that there are, of ones that come while the events are followed,
/// and, when a selector fits none of these, of those that are gone and have left events. Without selectors also what
/// concerns the daemon itself.
/// </summary>
internal sealed class EventSelection
{
    readonly IReadOnlyList<string>? _selectors;
    readonly Func<List<SelectorTarget>> _present;
    readonly HashSet<InstanceKey> _wanted = [], _unwanted = [];

    /// <summary>Names of processes that were not kept, see <see cref="FormerHolders"/>, and whether they are
    /// meant.</summary>
    readonly Dictionary<string, bool> _former = new(StringComparer.Ordinal);

    /// <summary>In place of an id that is another one's by now.</summary>
    const int NoId = -1;

    /// <exception cref="LogQueryException">A selector fits nothing that is or was.</exception>
    public EventSelection(IReadOnlyList<string>? selectors, Func<List<SelectorTarget>> present, string path)
    {
        (_selectors, _present) = (selectors is { Count: > 0 } && selectors is not ["all"] ? selectors : null, present);
        if (_selectors is null) return;
        var targets = present();
        var result = SelectorMatcher.Resolve(_selectors, targets);
        if (!result.IsKnown)
        {
            var unknown = result.Sentence!;
            AddGone(targets, path);
            result = SelectorMatcher.Resolve(_selectors, targets);
            if (!result.IsKnown) throw new LogQueryException("selectors", unknown) { Code = ErrorCode.NoSuchProcess };
        }
        foreach (var match in result.Matches) _wanted.Add(new InstanceKey(match.Id, match.Instance));
    }

    /// <param name="happened">The event.</param>
    /// <param name="isOfFormer">It is about a process that has given its id back: only its name counts.</param>
    public bool Fits(ProcessEvent happened, bool isOfFormer)
    {
        if (_selectors is null) return true;
        if (happened.Id is not { } id || happened.Instance is not { } instance) return false;
        if (isOfFormer) return FitsFormer(happened, instance);
        var key = new InstanceKey(id, instance);
        if (_wanted.Contains(key)) return true;
        if (_unwanted.Contains(key)) return false;
        var isWanted = Newcomer(key, happened);
        (isWanted ? _wanted : _unwanted).Add(key);
        return isWanted;
    }

    /// <summary>The process that had this id was not kept: whoever gets the id next has to be looked up.</summary>
    public void Free(ProcessEvent withdrawn)
    {
        if (withdrawn is not { Id: { } id, Instance: { } instance }) return;
        _wanted.Remove(new InstanceKey(id, instance));
        _unwanted.Remove(new InstanceKey(id, instance));
    }

    bool FitsFormer(ProcessEvent happened, int instance)
    {
        var name = $"{happened.Name}:{instance.ToString(CultureInfo.InvariantCulture)}";
        if (!_former.TryGetValue(name, out var fits))
            _former[name] = fits = Newcomer(new InstanceKey(NoId, instance), happened);
        return fits;
    }

    bool Newcomer(InstanceKey key, ProcessEvent happened)
    {
        var targets = _present();
        if (!targets.Exists(target => target.Id == key.Id && target.Instance == key.Instance))
            targets.Add(TargetOf(key, happened));
        foreach (var selector in _selectors!)
            foreach (var match in SelectorMatcher.Resolve([selector], targets).Matches)
                if (match.Id == key.Id && match.Instance == key.Instance) return true;
        return false;
    }

    static void AddGone(List<SelectorTarget> targets, string path)
    {
        var seen = new HashSet<InstanceKey>();
        foreach (var target in targets) seen.Add(new InstanceKey(target.Id, target.Instance));
        var (holders, former) = (new FormerHolders(), new HashSet<(string, int)>());
        foreach (var happened in EventFiles.Newest(path))
        {
            if (happened is not { Id: { } id, Instance: { } instance, Name: { } name }) continue;
            var isFormer = holders.Has(happened);
            var key = new InstanceKey(isFormer ? NoId : id, instance);
            if (isFormer ? former.Add((name, instance)) : seen.Add(key)) targets.Add(TargetOf(key, happened));
        }
    }

    /// <summary>In which namespace it was is not known any more.</summary>
    static SelectorTarget TargetOf(InstanceKey key, ProcessEvent happened) =>
        new(key.Id, happened.Name ?? "", "", key.Instance);
}
