using System.Globalization;
using System.Text;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Tells whether a process belongs to a child's tree, by what it carries: the run's mark, session and process group,
/// the variables TSPM_ID and TSPM_INSTANCE, and where these say too little, the output FIFOs. One instance serves one
/// thread.
/// </summary>
internal sealed class TreeMarks(ProcFiles files)
{
    readonly FifoHolders _holders = new(files);

    /// <summary>
    /// The run's mark decides where there is one: a process with the mark of another run belongs to that one, whatever
    /// its environment says. Without a mark, session, group and environment decide.
    /// </summary>
    /// <param name="stat">The process.</param>
    /// <param name="carried">The mark that it carries.</param>
    /// <param name="mark">The tree.</param>
    /// <param name="numberIsOurs">The child's number was given to nobody else since, so its session and group are its
    /// own.</param>
    public bool Belongs(in ProcStat stat, ulong carried, TreeMark mark, bool numberIsOurs)
    {
        if (ByRun(stat, carried, mark) is { } decided) return decided;
        return (numberIsOurs && IsOfGroup(stat, mark.Pid)) || HasVariables(stat.Pid, mark);
    }

    /// <summary>What the run's mark says. Null: nothing, because the tree or the process has none.</summary>
    public static bool? ByRun(in ProcStat stat, ulong carried, TreeMark mark)
    {
        if (mark.Run == RunMark.None || carried == RunMark.None) return null;
        return carried == mark.Run && stat.StartTicks >= mark.StartTicks;
    }

    public static bool IsOfGroup(in ProcStat stat, int number) => stat.Session == number || stat.Group == number;

    /// <summary>It has the tree's variables, and they do not mean the other child that has the same ones.</summary>
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
    /// An orphan that is older than the other child cannot be of that one's tree, and neither can one that holds an
    /// output of this one. Of all others nothing is known.
    /// </summary>
    bool IsNotOfOther(int pid, TreeMark mark, long other)
    {
        var isOlder = mark.StartTicks < other && ProcFiles.TryReadStat(pid, out var stat) && stat.StartTicks < other;
        return isOlder || mark.Fifos.Any(fifo => _holders.Holds(pid, fifo));
    }
}
