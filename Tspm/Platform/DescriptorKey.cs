namespace Tspm.Platform;

/// <summary>What a descriptor in the guardian's store belongs to.</summary>
internal enum DescriptorKind
{
    /// <summary>
    /// The read end of the FIFO that a run prints into. The guardian does not return it, because a daemon opens it by
    /// its path.
    /// </summary>
    Output,
    /// <summary>The socket on which a run reports its readiness.</summary>
    NotifySocket,
    /// <summary>A listening socket of a process.</summary>
    Listener,
    /// <summary>The memory file with the counts of lost output.</summary>
    DropCount,
    /// <summary>The pipe that shows how far an interrupted transfer of output had progressed.</summary>
    TeePipe,
}

/// <summary>One of the two outputs of a run.</summary>
internal enum OutputKind
{
    Out = 0,
    Err = 1,
}

/// <summary>
/// The key of one descriptor in the guardian's store. On the wire it is a 64-bit number, which a guardian of another
/// version keeps and returns, so the meaning of a number must never change. This is the only place that knows how the
/// number is composed:
/// <code>
/// bit 63  bit 62  rest
///   0     run number (62 bits), output (1 bit)      Output
///   1       0     run number                        NotifySocket
///   1       0     0                                 DropCount: no run has the number 0
///   1       0     1                                 TeePipe: run numbers are clock ticks, and none is 1
///   1       1     hash of process and address       Listener
/// </code>
/// The guardian returns descriptors whose key has bit 63 set to each new daemon. The type is in Platform because the
/// sockets there and the logs above it store descriptors, and neither may depend on the guardian.
/// </summary>
internal sealed record DescriptorKey
{
    const ulong GivenBack = 1UL << 63, ListenerBit = 1UL << 62;

    /// <summary>
    /// Run numbers are clock ticks, which stay below this for eleven thousand years. A larger number, which can only
    /// come from a forged file name, is truncated.
    /// </summary>
    const ulong RunBits = ListenerBit - 1;

    const ulong DropCountWire = GivenBack, TeePipeWire = GivenBack | 1;

    DescriptorKey(ulong wire) => Wire = wire;

    /// <summary>The number that stands for this key in messages and in a handover.</summary>
    public ulong Wire { get; }

    public static DescriptorKey DropCount { get; } = new(DropCountWire);

    public static DescriptorKey TeePipe { get; } = new(TeePipeWire);

    public static DescriptorKey Output(ulong runId, OutputKind output) => new(((runId & RunBits) << 1) | (ulong)output);

    public static DescriptorKey NotifySocket(ulong runId) => new((runId & RunBits) | GivenBack);

    /// <param name="hash">A hash of process and address, by which the next daemon finds the socket again.</param>
    public static DescriptorKey Listener(ulong hash) => new(GivenBack | ListenerBit | (hash & RunBits));

    /// <summary>Every number is a valid key; for a key of a later version only the kind may be wrong.</summary>
    public static DescriptorKey FromWire(ulong wire) => new(wire);

    public DescriptorKind Kind => Wire switch
    {
        < GivenBack => DescriptorKind.Output,
        DropCountWire => DescriptorKind.DropCount,
        TeePipeWire => DescriptorKind.TeePipe,
        < (GivenBack | ListenerBit) => DescriptorKind.NotifySocket,
        _ => DescriptorKind.Listener,
    };

    /// <summary>
    /// Whether the guardian returns a duplicate to each new daemon, because the object cannot be opened again by name.
    /// </summary>
    public bool IsGivenBack => Wire >= GivenBack;

    /// <summary>The run that the descriptor belongs to; 0 if it belongs to none.</summary>
    public ulong RunId => Kind switch
    {
        DescriptorKind.Output => Wire >> 1,
        DescriptorKind.NotifySocket => Wire & RunBits,
        _ => 0,
    };

    /// <summary>The output of the run; only meaningful for <see cref="DescriptorKind.Output"/>.</summary>
    public OutputKind OutputKind => (OutputKind)(Wire & 1);

    public override string ToString() => Kind switch
    {
        DescriptorKind.Output => $"{OutputKind} of run {RunId}",
        DescriptorKind.NotifySocket => $"notify socket of run {RunId}",
        DescriptorKind.Listener => $"listener {Wire & RunBits:x}",
        _ => Kind.ToString(),
    };
}
