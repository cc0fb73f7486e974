using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Output.Listing;

/// <summary>One instance in a list.</summary>
/// <param name="Process">Its status.</param>
/// <param name="Name">Its name without control characters, with the instance if there are several.</param>
/// <param name="Now">The time by the user's clock, in the user's time zone.</param>
internal sealed record ListRow(ProcessStatus Process, string Name, DateTimeOffset Now)
{
    string? _info;

    /// <summary>See <see cref="ProcessInfo"/>; empty if there is nothing to add to the state.</summary>
    public string Info => _info ??= ProcessInfo.Describe(Process, Now);

    /// <summary>The ids of the processes that have several instances among these.</summary>
    public static HashSet<int> WithSeveral(IReadOnlyList<ProcessStatus> processes) =>
        Display.WithSeveral(processes.Select(static process => new InstanceKey(process.Id, process.Instance)));

    /// <summary>The rows of processes, in the same order.</summary>
    public static ListRow[] From(IReadOnlyList<ProcessStatus> processes, HashSet<int> several, DateTimeOffset now)
    {
        var rows = new ListRow[processes.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var process = processes[i];
            rows[i] = new ListRow(
                process, Display.Name(process.Name, process.Instance, several.Contains(process.Id)), now);
        }
        return rows;
    }
}
