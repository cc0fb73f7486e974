using System.Globalization;

namespace Tspm.Model.Selecting;

/// <summary>
/// Identifies one instance of one process, which has at most one child (and a replacement during a reload).
/// </summary>
internal readonly record struct InstanceKey(int Id, int Instance)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}.{Instance}");
}
