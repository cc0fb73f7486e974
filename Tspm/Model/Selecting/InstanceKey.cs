using System.Globalization;

namespace Tspm.Model.Selecting;

/// <summary>One instance of one process: what owns at most one child.</summary>
internal readonly record struct InstanceKey(int Id, int Instance)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}.{Instance}");
}
