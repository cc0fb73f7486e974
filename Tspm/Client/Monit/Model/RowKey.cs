using Tspm.Protocol;

namespace Tspm.Client.Monit.Model;

/// <summary>What a row of the list stands for. It stays the same while the list changes around it.</summary>
/// <param name="Id">The id of the process; -1 for the heading of a group.</param>
/// <param name="Instance">The instance; -1 if the row stands for all instances of the process.</param>
/// <param name="Group">The name of the group; null for a process.</param>
internal sealed record RowKey(int Id, int Instance, string? Group = null)
{
    public const int AllInstances = -1;

    public static RowKey Of(ProcessStatus process) => new(process.Id, process.Instance);

    public bool IsGroup => Group is not null;
}
