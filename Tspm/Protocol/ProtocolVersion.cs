namespace Tspm.Protocol;

/// <summary>
/// Version of the wire. It grows by one when a method, type or field is added or changes meaning; docs/PROTOCOL.md
/// lists what each added.
/// </summary>
internal static class ProtocolVersion
{
    public const int Current = 3;

    /// <summary>The oldest version that this program still speaks.</summary>
    public const int Oldest = 1;
}
