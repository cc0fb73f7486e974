using System.Globalization;
using Tspm.Logs.Reading;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Events;

/// <summary>
/// Decides which processes' events the selectors mean: those of existing processes, of processes that are added while
/// the events are followed, and, if a selector matches none of these, of deleted processes that left events. Without
/// selectors, events about the daemon itself are included.
/// </summary>
internal sealed class EventSelection
{
    readonly IReadOnlyList<string>? _selectors;
    readonly Func<List<SelectorTarget>> _present;
    readonly HashSet<InstanceKey> _wanted = [], _unwanted = [];

    /// <summary>Whether withdrawn processes (<see cref="WithdrawnProcesses"/>) are selected, by name.</summary>
    readonly Dictionary<string, bool> _withdrawn = new(StringComparer.Ordinal);

    /// <summary>Replaces an id that by now belongs to another process.</summary>
    const int NoId = -1;

    /// <exception cref="LogQueryException">A selector matches no present or past process.</exception>
    public EventSelection(IReadOnlyList<string>? selectors, Func<List<SelectorTarget>> present, string path)
    {
        (_selectors, _present) = (selectors is { Count: > 0 } && selectors is not ["all"] ? selectors : null, present);
        if (_selectors is null) return;
        var targets = present();
        var result = SelectorMatcher.Resolve(_selectors, targets);
        if (result.IsInvalid) throw new LogQueryException("selectors", result.Sentence!);
        if (!result.IsKnown)
        {
            var unknown = result.Sentence!;
            AddPast(targets, path);
            result = SelectorMatcher.Resolve(_selectors, targets);
            if (!result.IsKnown) throw new LogQueryException("selectors", unknown) { Code = ErrorCode.NoSuchProcess };
        }
        foreach (var match in result.Matches) _wanted.Add(new InstanceKey(match.Id, match.Instance));
    }

    /// <summary>Whether the event is about a selected process.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="isOfWithdrawn">The event is about a withdrawn process, which only its name identifies.</param>
    public bool Fits(ProcessEvent happened, bool isOfWithdrawn)
    {
        if (_selectors is null) return true;
        if (happened.Id is not { } id || happened.Instance is not { } instance) return false;
        if (isOfWithdrawn) return FitsWithdrawn(happened, instance);
        var key = new InstanceKey(id, instance);
        if (_wanted.Contains(key)) return true;
        if (_unwanted.Contains(key)) return false;
        var isWanted = IsSelected(key, happened);
        (isWanted ? _wanted : _unwanted).Add(key);
        return isWanted;
    }

    /// <summary>The process with this id was withdrawn: the next process with the id is matched anew.</summary>
    public void Free(ProcessEvent withdrawn)
    {
        if (withdrawn is not { Id: { } id, Instance: { } instance }) return;
        _wanted.Remove(new InstanceKey(id, instance));
        _unwanted.Remove(new InstanceKey(id, instance));
    }

    bool FitsWithdrawn(ProcessEvent happened, int instance)
    {
        var name = $"{happened.Name}:{instance.ToString(CultureInfo.InvariantCulture)}";
        if (!_withdrawn.TryGetValue(name, out var fits))
            _withdrawn[name] = fits = IsSelected(new InstanceKey(NoId, instance), happened);
        return fits;
    }

    bool IsSelected(InstanceKey key, ProcessEvent happened)
    {
        var targets = _present();
        if (!targets.Exists(target => target.Id == key.Id && target.Instance == key.Instance))
            targets.Add(TargetOf(key, happened));
        foreach (var selector in _selectors!)
            foreach (var match in SelectorMatcher.Resolve([selector], targets).Matches)
                if (match.Id == key.Id && match.Instance == key.Instance) return true;
        return false;
    }

    static void AddPast(List<SelectorTarget> targets, string path)
    {
        var seen = new HashSet<InstanceKey>();
        foreach (var target in targets) seen.Add(new InstanceKey(target.Id, target.Instance));
        var withdrawn = new WithdrawnProcesses();
        var seenWithdrawn = new HashSet<InstanceName>();
        foreach (var happened in EventFiles.Newest(path))
        {
            if (happened is not { Id: { } id, Instance: { } instance, Name: { } name }) continue;
            var isOfWithdrawn = withdrawn.Has(happened);
            var key = new InstanceKey(isOfWithdrawn ? NoId : id, instance);
            var isNew = isOfWithdrawn ? seenWithdrawn.Add(new InstanceName(name, instance)) : seen.Add(key);
            if (isNew) targets.Add(TargetOf(key, happened));
        }
    }

    /// <summary>The namespace is left empty, because events do not record it.</summary>
    static SelectorTarget TargetOf(InstanceKey key, ProcessEvent happened) =>
        new(key.Id, happened.Name ?? "", "", key.Instance);
}
