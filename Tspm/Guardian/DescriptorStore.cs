using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// Descriptors that outlive the daemon. Read ends of the FIFOs of all runs: kept open, never read, so that nothing
/// unread vanishes while no daemon lives. And sockets, files and pipes which every new daemon gets back: they cannot be
/// opened again by a name without losing what is in them.
/// </summary>
internal sealed class DescriptorStore
{
    readonly Dictionary<DescriptorKey, Descriptor> _byKey = [];

    /// <summary>The number of each, for a handover; they stay the store's.</summary>
    public Dictionary<DescriptorKey, int> Numbers()
    {
        var numbers = new Dictionary<DescriptorKey, int>(_byKey.Count);
        foreach (var (key, descriptor) in _byKey) numbers[key] = descriptor.Number;
        return numbers;
    }

    public int Count => _byKey.Count;

    /// <summary>The descriptor is the store's from now on, and replaces what had the same key.</summary>
    public void Store(DescriptorKey key, Descriptor descriptor)
    {
        Remove(key);
        _byKey[key] = descriptor;
    }

    public void Remove(DescriptorKey key)
    {
        if (_byKey.Remove(key, out var descriptor)) descriptor.Dispose();
    }

    /// <summary>It stays the store's. Not open: nothing is stored with this key.</summary>
    public Descriptor Find(DescriptorKey key) => _byKey.GetValueOrDefault(key);

    /// <summary>One of the outputs of this run is here.</summary>
    public bool HasOutputOf(ulong runId) =>
        _byKey.ContainsKey(DescriptorKey.Output(runId, OutputKind.Out))
        || _byKey.ContainsKey(DescriptorKey.Output(runId, OutputKind.Err));

    /// <summary>The keys of what a new daemon gets.</summary>
    public DescriptorKey[] GivenBack()
    {
        var count = 0;
        var keys = new DescriptorKey[_byKey.Count];
        foreach (var key in _byKey.Keys)
            if (key.IsGivenBack) keys[count++] = key;
        return keys[..count];
    }
}
