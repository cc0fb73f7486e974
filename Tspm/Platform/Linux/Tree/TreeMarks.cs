using System.Globalization;
using System.Text;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Decides whether a process belongs to a child's tree, by the run's mark, session and process group, the variables
/// TSPM_ID and TSPM_INSTANCE, and, if these are not sufficient, the output FIFOs. One instance serves one thread.
/// </summary>
internal sealed class TreeMarks(ProcFiles files)
{
    readonly FifoHolders _holders = new(files);

    /// <summary>
    /// Whether a process belongs to the tree. A run's mark decides if there is one: a process with the mark of another
    /// run belongs to that run, regardless of its environment. Otherwise session, group and environment decide.
    /// </summary>
    /// <param name="stat">The process.</param>
    /// <param name="carried">The mark that the process carries.</param>
    /// <param name="mark">The marks of the tree.</param>
    /// <param name="numberIsOurs">
    /// Whether the child's pid has not been reused since, so that it still identifies the child's session and group.
    /// </param>
    public bool Belongs(in ProcStat stat, ulong carried, TreeMark mark, bool numberIsOurs)
    {
        if (ByRun(stat, carried, mark) is { } decided) return decided;
        return (numberIsOurs && IsOfGroup(stat, mark.Pid)) || HasVariables(stat.Pid, mark);
    }

    /// <summary>Decides by the run's mark; null if the tree or the process has none.</summary>
    public static bool? ByRun(in ProcStat stat, ulong carried, TreeMark mark)
    {
        if (mark.Run == RunMark.None || carried == RunMark.None) return null;
        return carried == mark.Run && stat.StartTicks >= mark.StartTicks;
    }

    public static bool IsOfGroup(in ProcStat stat, int number) => stat.Session == number || stat.Group == number;

    /// <summary>Whether a process has the tree's variables, and does not belong to another child that has the same.
    /// </summary>
    public bool HasVariables(int pid, TreeMark mark) =>
        HasEnvironment(pid, mark) && (mark.OtherStartTicks is not { } other || IsNotOfOther(pid, mark, other));

    public bool HasEnvironment(int pid, TreeMark mark)
    {
        Span<byte> id = stackalloc byte[32];
        Span<byte> instance = stackalloc byte[32];
        var idLength = Encoding.ASCII.GetBytes($"TSPM_ID={Digits(mark.Id)}", id);
        var instanceLength = Encoding.ASCII.GetBytes($"TSPM_INSTANCE={Digits(mark.Instance)}", instance);
        if (!files.EnvironmentHas(pid, id[..idLength], instance[..instanceLength])) return false;
        if (mark.Hook is not { } hook) return true;
        return files.EnvironmentHas(pid, id[..idLength], Encoding.UTF8.GetBytes($"TSPM_HOOK={hook}"));
    }

    static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Whether an orphan certainly does not belong to the other child: it is older than that child, or holds an output
    /// FIFO of this one. For all others this is not known.
    /// </summary>
    bool IsNotOfOther(int pid, TreeMark mark, long other)
    {
        var isOlder = mark.StartTicks < other && ProcFiles.TryReadStat(pid, out var stat) && stat.StartTicks < other;
        return isOlder || mark.Fifos.Any(fifo => _holders.Holds(pid, fifo));
    }
}
