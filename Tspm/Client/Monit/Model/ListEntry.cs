using Tspm.Client.Output;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Monit.Model;

/// <summary>A row of the list: an instance, all instances of a process, or the heading of a group.</summary>
/// <param name="Key">What it stands for.</param>
/// <param name="Label">The name to show, without control characters.</param>
/// <param name="Members">Its instances, at least one.</param>
internal sealed record ListEntry(RowKey Key, string Label, IReadOnlyList<ProcessStatus> Members)
{
    /// <summary>The instance whose state needs the most attention.</summary>
    public ProcessStatus Worst => Members.MaxBy(static process => Attention(process.State))!;

    public double? Cpu => Sum(static process => process.CpuPercent);

    public double? Memory => Sum(static process => process.MemoryBytes);

    public int Restarts => Members.Sum(static process => process.Restarts);

    /// <summary>Whether a member has failed and will not be started again.</summary>
    public bool HasFailed => Worst.State == ProcessState.Errored;

    /// <summary>The selectors by which commands find the members.</summary>
    /// <param name="several">The ids of the processes that have several instances.</param>
    public IEnumerable<string> Selectors(HashSet<int> several)
    {
        if (Key is { IsGroup: false, Instance: RowKey.AllInstances }) return [Members[0].Name];
        return Members.Select(process => SelectorOf(process, several)).Distinct();
    }

    /// <summary>The name, with the instance if the process has several.</summary>
    public static string SelectorOf(ProcessStatus process, HashSet<int> several) =>
        several.Contains(process.Id)
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{process.Name}:{process.Instance}")
            : process.Name;

    /// <summary>The label of an instance.</summary>
    public static string LabelOf(ProcessStatus process, HashSet<int> several) =>
        Display.Name(process.Name, process.Instance, several.Contains(process.Id));

    double? Sum(Func<ProcessStatus, double?> reading)
    {
        double? sum = null;
        foreach (var member in Members)
            if (reading(member) is { } value) sum = (sum ?? 0) + value;
        return sum;
    }

    /// <summary>The higher, the sooner a person should look.</summary>
    static int Attention(ProcessState state) => state switch
    {
        ProcessState.Errored => 5,
        ProcessState.Waiting => 4,
        ProcessState.Starting => 3,
        ProcessState.Stopping => 2,
        ProcessState.Stopped => 1,
        _ => 0,
    };
}
