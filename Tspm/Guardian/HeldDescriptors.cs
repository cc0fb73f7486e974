using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Native;

namespace Tspm.Guardian;

/// <summary>
/// Read ends of the FIFOs of all runs: held, never read, so that nothing unread vanishes while no daemon lives. And sockets, which every new daemon gets back: they cannot be opened again by a
/// name without losing what is in them.
/// </summary>
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

    /// <summary>What a new daemon gets.</summary>
    public ulong[] ToReturn()
    {
        var count = 0;
        var holds = new ulong[_byHold.Count];
        foreach (var hold in _byHold.Keys)
            if ((hold & NotifySockets.ReturnedHold) != 0) holds[count++] = hold;
        return holds[..count];
    }

    public void Release(ulong hold)
    {
        if (_byHold.Remove(hold, out var descriptor)) Unistd.close(descriptor);
    }
}
