namespace Tspm.Protocol;

/// <summary>
/// The version of the wire protocol. It grows by one when a method, type or field is added or changes its meaning;
/// docs/PROTOCOL.md lists the changes.
/// </summary>
internal static class ProtocolVersion
{
    public const int Current = 3;

    /// <summary>The oldest version that this program supports.</summary>
    public const int Oldest = 1;
}
