using Tspm.Model.Selecting;
using Tspm.Model.State;

namespace Tspm.Events;

/// <summary>
/// Distinguishes processes that had the same id: a new process that could not be started gives its id back (<see
/// cref="EventKind.Withdrawn"/>), and the next new process gets it. Goes by the order of the events, and not by their
/// times, because clocks can be set back. Events must be passed newest first.
/// </summary>
internal sealed class WithdrawnProcesses
{
    readonly HashSet<InstanceKey> _withdrawn = [];

    /// <summary>Whether the event is about a withdrawn process; the withdrawal itself is such an event too.</summary>
    public bool Has(ProcessEvent happened)
    {
        if (happened is not { Id: { } id, Instance: { } instance }) return false;
        var key = new InstanceKey(id, instance);
        if (happened.Kind == EventKind.Withdrawn) _withdrawn.Add(key);
        return _withdrawn.Contains(key);
    }

    /// <summary>The event that marks the id of an instance as free.</summary>
    public static ProcessEvent Withdrawal(InstanceKey key, string name) => new()
    {
        Kind = EventKind.Withdrawn,
        Id = key.Id,
        Name = name,
        Instance = key.Instance,
        Cause = CauseCode.Spawn,
    };

    /// <summary>The same for each event of a list that has the oldest event first.</summary>
    public static bool[] InOrder(IReadOnlyList<ProcessEvent> events)
    {
        var processes = new WithdrawnProcesses();
        var withdrawn = new bool[events.Count];
        for (var i = events.Count - 1; i >= 0; i--) withdrawn[i] = processes.Has(events[i]);
        return withdrawn;
    }
}
