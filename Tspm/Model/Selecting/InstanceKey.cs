using System.Globalization;

namespace Tspm.Model.Selecting;

/// <summary>
/// Identifies one instance of one process, which has at most one child (and a replacement during a reload).
/// A class, like every key of a dictionary: generic code is compiled anew for each struct, 30 KB for this one.
/// </summary>
internal sealed record InstanceKey(int Id, int Instance)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}.{Instance}");
}
