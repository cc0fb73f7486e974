namespace Tspm.Platform;

/// <summary>
/// Which generation of each descriptor number is owned: four bytes a number. An odd generation is owned, an even one is
/// free, so that whoever has an older one has nothing. The kernel gives out the lowest free number, hence the table is
/// as long as the most descriptors that were ever open at once. It grows by blocks that never move, so that only
/// growing takes a lock.
/// </summary>
internal static class DescriptorTable
{
    const int BlockBits = 8, BlockSize = 1 << BlockBits;

    static readonly Lock Growing = new();
    static int[]?[] s_blocks = new int[1][];

    /// <summary>Set by tests, which find what is never closed with it; null: nobody keeps a ledger.</summary>
    public static IDescriptorLedger? Ledger { get; set; }

    /// <summary>A number that was just opened has an owner from now on. Returns the generation that is good.</summary>
    public static int Begin(int number)
    {
        ref var entry = ref EntryOf(number);
        // The number was closed behind the back of its owner if it has one: that one has nothing any more.
        var generation = (Volatile.Read(ref entry) | 1) + ((Volatile.Read(ref entry) & 1) << 1);
        Volatile.Write(ref entry, generation);
        Ledger?.Owned(number);
        return generation;
    }

    /// <summary>
    /// The owner gives it up. True for the one caller that ended it. It is not to be closed before: from then on, the
    /// kernel can give the number to another thread.
    /// </summary>
    public static bool End(int number, int generation)
    {
        if (!IsCurrent(number, generation)) return false;
        ref var entry = ref EntryOf(number);
        var isEnded = Interlocked.CompareExchange(ref entry, generation + 1, generation) == generation;
        if (isEnded) Ledger?.GivenUp(number);
        return isEnded;
    }

    /// <summary>The generation that is good from now on; 0: the one given was not.</summary>
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
