using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Tests.Supervision;

/// <summary>Listening sockets that the guardian keeps; each address of the machine is somebody's or nobody's.</summary>
internal sealed class FakeListenSockets : IListenSockets
{
    readonly Dictionary<(int Owner, string Address), Descriptor> _kept = [];
    readonly HashSet<(int Owner, string Address)> _unclaimed = [];

    /// <summary>What is open, whoever has it at present.</summary>
    public IEnumerable<string> Open => _kept.Keys.Select(key => key.Address);

    /// <summary>On what a child was given to listen, in the order of its numbers.</summary>
    public string AddressesOf(SpawnRequest request) => string.Join(' ', request.Listeners.Select(
        number => _kept.Single(kept => kept.Value.NumberOrNone == number).Key.Address));

    /// <summary>Taken by another program.</summary>
    public HashSet<string> InUse { get; } = [];

    SpawnFailure? IListenSockets
        .Open(int owner, ListenAddress address, SocketFileRights rights, out Descriptor descriptor)
    {
        if (TryClaim(owner, address, out descriptor)) return null;
        if (_kept.ContainsKey((owner, address.Text)))
            throw new InvalidOperationException($"{address.Text} was opened twice");
        if (InUse.Contains(address.Text) || Open.Contains(address.Text))
            return new SpawnFailure("listen", 98, $"cannot listen on {address.Text}: address already in use");
        _kept[(owner, address.Text)] = descriptor = PlayedDescriptor.New();
        return null;
    }

    public bool TryClaim(int owner, ListenAddress address, out Descriptor descriptor)
    {
        descriptor = default;
        return _unclaimed.Remove((owner, address.Text)) && _kept.TryGetValue((owner, address.Text), out descriptor);
    }

    public void Close(int owner, ListenAddress address, Descriptor descriptor)
    {
        if (!_kept.Remove((owner, address.Text), out var open) || open != descriptor)
            throw new InvalidOperationException($"{address.Text} was closed, and is not open");
        _ = descriptor.HandOver();
    }

    public void DropUnclaimed()
    {
        foreach (var key in _unclaimed) _kept.Remove(key);
        _unclaimed.Clear();
    }

    /// <summary>The daemon is dead; the guardian has the sockets.</summary>
    public void KillDaemon() => _unclaimed.UnionWith(_kept.Keys);
}
