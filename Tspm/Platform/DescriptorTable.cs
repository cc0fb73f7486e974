namespace Tspm.Platform;

/// <summary>
/// Records the current generation of each descriptor number, in four bytes per number. An odd generation means owned,
/// an even one free. A value that carries an older generation is invalid. The kernel hands out the lowest free number,
/// so the table is as long as the largest number of descriptors that were ever open at once. It grows by blocks that
/// never move, so only growing takes a lock.
/// </summary>
internal static class DescriptorTable
{
    const int BlockBits = 8, BlockSize = 1 << BlockBits;

    static readonly Lock Growing = new();
    static int[]?[] s_blocks = new int[1][];

    /// <summary>Set by tests to find descriptors that are never closed; null otherwise.</summary>
    public static IDescriptorLedger? Ledger { get; set; }

    /// <summary>Records an owner for a number that was just opened, and returns the valid generation.</summary>
    public static int Begin(int number)
    {
        ref var entry = ref EntryOf(number);
        // If the number still has an owner, somebody else has closed it; that owner's value becomes invalid.
        var generation = (Volatile.Read(ref entry) | 1) + ((Volatile.Read(ref entry) & 1) << 1);
        Volatile.Write(ref entry, generation);
        Ledger?.Owned(number);
        return generation;
    }

    /// <summary>
    /// Ends the ownership. Must be called before the number is closed, because the kernel may give it to another thread
    /// right afterwards.
    /// </summary>
    /// <returns>True for the one caller that ended the ownership.</returns>
    public static bool End(int number, int generation)
    {
        if (!IsCurrent(number, generation)) return false;
        ref var entry = ref EntryOf(number);
        var isEnded = Interlocked.CompareExchange(ref entry, generation + 1, generation) == generation;
        if (isEnded) Ledger?.GivenUp(number);
        return isEnded;
    }

    /// <summary>Replaces a valid generation, and returns the new one; 0 if the given one was not valid.</summary>
    public static int Renew(int number, int generation)
    {
        if (!IsCurrent(number, generation)) return 0;
        var next = generation + 2;
        return Interlocked.CompareExchange(ref EntryOf(number), next, generation) == generation ? next : 0;
    }

    public static bool IsCurrent(int number, int generation)
    {
        if (generation == 0) return false;
        var blocks = Volatile.Read(ref s_blocks);
        var block = number >> BlockBits;
        return block < blocks.Length && blocks[block] is { } entries
            && Volatile.Read(ref entries[number & (BlockSize - 1)]) == generation;
    }

    static ref int EntryOf(int number)
    {
        var block = number >> BlockBits;
        var blocks = Volatile.Read(ref s_blocks);
        var entries = block < blocks.Length ? blocks[block] : null;
        return ref (entries ?? Grow(block))[number & (BlockSize - 1)];
    }

    static int[] Grow(int block)
    {
        lock (Growing)
        {
            var blocks = s_blocks;
            if (block >= blocks.Length) Array.Resize(ref blocks, Math.Max(block + 1, blocks.Length * 2));
            var entries = blocks[block] ??= new int[BlockSize];
            Volatile.Write(ref s_blocks, blocks);
            return entries;
        }
    }
}
