using Tspm.Model.Selecting;
using Tspm.Model.State;

namespace Tspm.Events;

/// <summary>
/// Tells events of a process from those of another one that had the same id before it: a new process that could not be
/// started gives its id back (<see cref="EventKind.Withdrawn"/>), and the next one gets it. Goes by the order of the
/// events and not by their times, because clocks are set back. Events have to come newest first.
/// </summary>
internal sealed class FormerHolders
{
    readonly HashSet<InstanceKey> _withdrawn = [];

    /// <summary>Is it about a process that has given its id back? What says so is about that one too.</summary>
    public bool Has(ProcessEvent happened)
    {
        if (happened is not { Id: { } id, Instance: { } instance }) return false;
        var key = new InstanceKey(id, instance);
        if (happened.Kind == EventKind.Withdrawn) _withdrawn.Add(key);
        return _withdrawn.Contains(key);
    }

    /// <summary>The event after which the id of an instance is free.</summary>
    public static ProcessEvent End(InstanceKey key, string name) => new()
    {
        Kind = EventKind.Withdrawn,
        Id = key.Id,
        Name = name,
        Instance = key.Instance,
        Cause = CauseCode.Spawn,
    };

    /// <summary>The same of each of a list of events, which are in the order in which they came.</summary>
    public static bool[] AmongThese(IReadOnlyList<ProcessEvent> events)
    {
        var holders = new FormerHolders();
        var former = new bool[events.Count];
        for (var i = events.Count - 1; i >= 0; i--) former[i] = holders.Has(events[i]);
        return former;
    }
}
