using Tspm.Model;
using Tspm.Platform;

namespace Tspm.Supervision;

/// <summary>
/// The sockets that children get to listen on: one set a definition, shared by all its instances. Opened by the first start that wants them, and open as long as any instance runs, is about to, or
/// waits for its next try: who connects while a crashed child is replaced waits in the queue. Closed when the last instance is stopped or has given up.
/// </summary>
internal sealed class Listeners(IListenSockets sockets)
{
    readonly Dictionary<int, List<(ListenAddress Address, Descriptor Descriptor)>> _byId = [];
    bool _isResuming;

    /// <summary>
    /// The numbers of the sockets for the addresses of a definition, in its order, for the start of a child. Null: the
    /// failure says why.
    /// </summary>
    public int[]? Open(ProcessDefinition definition, IReadOnlyList<string> addresses, out SpawnFailure? failure)
    {
        failure = null;
        var (config, descriptors) = (definition.Config, new int[addresses.Count]);
        for (var i = 0; i < descriptors.Length; i++)
        {
            var open = Of(definition.Id);
            if (open.FindIndex(one => one.Address.Text == addresses[i]) is >= 0 and var at)
            {
                descriptors[i] = open[at].Descriptor.Number;
                continue;
            }
            // Validated; a state of a newer version may hold other kinds.
            var address = ListenAddress.Parse(addresses[i]);
            Descriptor opened = default;
            failure = address is null
                ? new SpawnFailure("listen", 0, $"cannot listen on {addresses[i]}: it must be {ListenAddress.Expected}")
                : sockets.Open(definition.Id, address, new SocketFileRights(config.User, config.Group, config.Umask), out opened);
            if (failure is not null) return null;
            open.Add((address!, opened));
            descriptors[i] = opened.Number;
        }
        return descriptors;
    }

    /// <summary>Until <see cref="Resume"/> nothing is closed: who else needs it is not known yet.</summary>
    public void BeginResume() => _isResuming = true;

    /// <summary>All instances are as they were: goes on with the sockets that they still need, and closes all others.</summary>
    public void Resume(ProcessTable table)
    {
        _isResuming = false;
        foreach (var definition in table.Definitions)
            foreach (var text in Needed(table.Instances(definition.Id)!))
                if (!Of(definition.Id).Exists(one => one.Address.Text == text) && ListenAddress.Parse(text) is { } address && sockets.TryTake(definition.Id, address, out var descriptor))
                    Of(definition.Id).Add((address, descriptor));
        sockets.DropUnclaimed();
        foreach (var id in new List<int>(_byId.Keys)) CloseUnneeded(id, table);
    }

    /// <summary>An instance changed, or its process is gone.</summary>
    public void CloseUnneeded(int id, ProcessTable table)
    {
        if (_isResuming || !_byId.TryGetValue(id, out var open)) return;
        var needed = table.Instances(id) is { } cells ? Needed(cells) : [];
        for (var i = open.Count - 1; i >= 0; i--)
        {
            if (needed.Contains(open[i].Address.Text)) continue;
            sockets.Close(id, open[i].Address, open[i].Descriptor);
            open.RemoveAt(i);
        }
        if (open.Count == 0) _byId.Remove(id);
    }

    static HashSet<string> Needed(SupervisedProcess[] cells)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var cell in cells) needed.UnionWith(NeededBy(cell));
        return needed;
    }

    /// <summary>
    /// Addresses that have to be open for a process: the present child's, and those of one that is to come.
    /// </summary>
    public static IReadOnlyList<string> NeededBy(SupervisedProcess process)
    {
        var present = process.Current?.Listen ?? [];
        var next = process.State.WillStart
            ? process.Definition.Config.Listen ?? [] : process.Replacement?.Run?.Listen ?? [];
        return next.Count == 0 ? present : present.Count == 0 ? next : [.. present.Union(next)];
    }

    List<(ListenAddress Address, Descriptor Descriptor)> Of(int id) => _byId.TryGetValue(id, out var open) ? open : _byId[id] = [];
}
