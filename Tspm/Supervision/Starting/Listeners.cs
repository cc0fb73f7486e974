using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Starting;

/// <summary>
/// The listening sockets passed to children: one set for each definition, shared by all its instances. The first start
/// that needs them opens them. They stay open while any instance runs, is about to run or waits for its next attempt,
/// so that clients that connect while a crashed child is being replaced wait in the queue. They are closed when the
/// last instance has stopped or given up.
/// </summary>
internal sealed class Listeners(IListenSockets sockets)
{
    readonly Dictionary<int, List<(ListenAddress Address, Descriptor Descriptor)>> _byId = [];
    bool _isResuming;

    /// <summary>
    /// Opens the sockets for a definition's addresses and returns their descriptors, in the same order.
    /// </summary>
    /// <returns>Null if one cannot be opened; then <paramref name="failure"/> says why.</returns>
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
            // The address was validated, but the state of a newer version may contain other kinds.
            var address = ListenAddress.Parse(addresses[i]);
            Descriptor opened = default;
            failure = address is null
                ? new SpawnFailure("listen", 0, $"cannot listen on {addresses[i]}: it must be {ListenAddress.Expected}")
                : sockets.Open(definition.Id, address, new SocketFileRights(config.User, config.Group, config.Umask),
                    out opened);
            if (failure is not null) return null;
            open.Add((address!, opened));
            descriptors[i] = opened.Number;
        }
        return descriptors;
    }

    /// <summary>
    /// Closes nothing until <see cref="Resume"/>, because it is not known yet which sockets are needed.
    /// </summary>
    public void BeginResume() => _isResuming = true;

    /// <summary>
    /// Called when all instances have been resumed: takes over the sockets that they still need, and closes the others.
    /// </summary>
    /// <param name="needed">The addresses that the instances of each process need, by process id.</param>
    public void Resume(IReadOnlyDictionary<int, HashSet<string>> needed)
    {
        _isResuming = false;
        foreach (var (id, addresses) in needed)
            foreach (var text in addresses)
                if (!Of(id).Exists(one => one.Address.Text == text) && ListenAddress.Parse(text) is { } address
                    && sockets.TryClaim(id, address, out var descriptor))
                    Of(id).Add((address, descriptor));
        sockets.DropUnclaimed();
        foreach (var id in new List<int>(_byId.Keys)) CloseUnneeded(id, needed.GetValueOrDefault(id) ?? []);
    }

    /// <summary>Whether the process has sockets that may be closed once they are not needed any more.</summary>
    public bool MayClose(int id) => !_isResuming && _byId.ContainsKey(id);

    /// <summary>
    /// Closes the sockets that are no longer needed, because an instance has changed or its process is gone.
    /// </summary>
    /// <param name="id">The process.</param>
    /// <param name="needed">The addresses that its instances need.</param>
    public void CloseUnneeded(int id, HashSet<string> needed)
    {
        if (_isResuming || !_byId.TryGetValue(id, out var open)) return;
        for (var i = open.Count - 1; i >= 0; i--)
        {
            if (needed.Contains(open[i].Address.Text)) continue;
            sockets.Close(id, open[i].Address, open[i].Descriptor);
            open.RemoveAt(i);
        }
        if (open.Count == 0) _byId.Remove(id);
    }

    List<(ListenAddress Address, Descriptor Descriptor)> Of(int id) =>
        _byId.TryGetValue(id, out var open) ? open : _byId[id] = [];
}
