using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Starting;

/// <summary>Closes the listening sockets of a process as soon as no instance needs them.</summary>
internal sealed class ListenerCloser(Listeners listeners, ProcessTable table) : IProcessObserver
{
    public void OnChanged(SupervisedProcess process, LifecycleState before)
    {
        var id = process.Key.Id;
        if (listeners.MayClose(id)) listeners.CloseUnneeded(id, NeededBy(table.Instances(id) ?? []));
    }

    /// <summary>See <see cref="Listeners.Resume"/>.</summary>
    public static void Resume(Listeners listeners, ProcessTable table)
    {
        var needed = new Dictionary<int, HashSet<string>>();
        foreach (var definition in table.Definitions)
            needed[definition.Id] = NeededBy(table.Instances(definition.Id)!);
        listeners.Resume(needed);
    }

    static HashSet<string> NeededBy(SupervisedProcess[] instances)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var instance in instances) needed.UnionWith(NeededAddresses.For(instance));
        return needed;
    }
}
