using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Starting;

/// <summary>
/// The sockets that children get to listen on: one set a definition, shared by all its instances. Opened by the first
/// start that wants them, and open as long as any instance runs, is about to, or waits for its next try: who connects
/// while a crashed child is replaced waits in the queue. Closed when the last instance is stopped or has given up.
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
                : sockets.Open(definition.Id, address, new SocketFileRights(config.User, config.Group, config.Umask),
                    out opened);
            if (failure is not null) return null;
            open.Add((address!, opened));
            descriptors[i] = opened.Number;
        }
        return descriptors;
    }

    /// <summary>Until <see cref="Resume"/> nothing is closed: who else needs it is not known yet.</summary>
    public void BeginResume() => _isResuming = true;

    /// <summary>
    /// All instances are as they were: goes on with the sockets that they still need, and closes all others.
    /// </summary>
    /// <param name="needed">By the number of the process, the addresses that its instances need.</param>
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

    /// <summary>Some of its sockets may be closed when nobody needs them any more.</summary>
    public bool MayClose(int id) => !_isResuming && _byId.ContainsKey(id);

    /// <summary>An instance changed, or its process is gone.</summary>
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
