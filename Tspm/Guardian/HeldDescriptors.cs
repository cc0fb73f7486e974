using Tspm.Platform.Linux.Native;

namespace Tspm.Guardian;

/// <summary>Read ends of the FIFOs of all runs: held, never read, so that nothing unread vanishes while no daemon lives.</summary>
internal sealed class HeldDescriptors
{
    readonly Dictionary<ulong, int> _byHold = [];

    /// <summary>All holds and their descriptors.</summary>
    public IReadOnlyDictionary<ulong, int> All => _byHold;

    public int Count => _byHold.Count;

    public void Hold(ulong hold, int descriptor)
    {
        if (_byHold.Remove(hold, out var earlier)) Unistd.close(earlier);
        _byHold[hold] = descriptor;
    }

    public void Release(ulong hold)
    {
        if (_byHold.Remove(hold, out var descriptor)) Unistd.close(descriptor);
    }
}
