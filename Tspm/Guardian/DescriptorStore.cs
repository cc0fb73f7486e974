using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// Descriptors that outlive the daemon. There are two kinds. The read ends of all runs' FIFOs are kept open and never
/// read, because unread data is lost when the last descriptor of a FIFO is closed. Sockets, files and pipes that cannot
/// be reopened by name without losing their contents are returned to every new daemon.
/// </summary>
internal sealed class DescriptorStore
{
    readonly Dictionary<DescriptorKey, Descriptor> _byKey = [];

    /// <summary>The descriptor numbers, for a handover; the store still owns the descriptors.</summary>
    public Dictionary<DescriptorKey, int> Numbers()
    {
        var numbers = new Dictionary<DescriptorKey, int>(_byKey.Count);
        foreach (var (key, descriptor) in _byKey) numbers[key] = descriptor.Number;
        return numbers;
    }

    public int Count => _byKey.Count;

    /// <summary>Takes ownership of the descriptor, and closes one that had the same key.</summary>
    public void Store(DescriptorKey key, Descriptor descriptor)
    {
        Remove(key);
        _byKey[key] = descriptor;
    }

    /// <summary>Closes the descriptor with this key, if there is one.</summary>
    public void Remove(DescriptorKey key)
    {
        if (_byKey.Remove(key, out var descriptor)) descriptor.Dispose();
    }

    /// <summary>The descriptor with this key, which the store still owns.</summary>
    /// <returns>A descriptor that is not open if nothing is stored with this key.</returns>
    public Descriptor Find(DescriptorKey key) => _byKey.GetValueOrDefault(key);

    /// <summary>Whether standard output or standard error of this run is stored.</summary>
    public bool HasOutputOf(ulong runId) =>
        _byKey.ContainsKey(DescriptorKey.Output(runId, OutputKind.Out))
        || _byKey.ContainsKey(DescriptorKey.Output(runId, OutputKind.Err));

    /// <summary>The keys of all descriptors that a new daemon gets back.</summary>
    public DescriptorKey[] KeysToReturn()
    {
        var count = 0;
        var keys = new DescriptorKey[_byKey.Count];
        foreach (var key in _byKey.Keys)
            if (key.IsGivenBack) keys[count++] = key;
        return keys[..count];
    }
}
