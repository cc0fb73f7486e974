using Tspm.Libc;
using Tspm.Platform.Linux.Cgroups;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// A guardian that was started by a process of another Tspm (from a web terminal, a CI runner, a deploy hook) must not
/// end with that process: it and all that it will start leave the outer process's tree. A client that starts one sheds
/// the run's mark first and hands on neither the outer process's variables nor its session, so that the guardian is
/// outside from its first instant. A guardian sheds the rest, and all of it where somebody else started it.
/// </summary>
internal static unsafe class OuterTree
{
    /// <summary>What marks the processes of an outer Tspm.</summary>
    public static readonly IReadOnlyList<string> Variables = ["TSPM_ID", "TSPM_NAME", "TSPM_INSTANCE", "TSPM_HOOK"];

    /// <summary>
    /// To be called before the guardian executes itself again: /proc shows the environment of an exec.
    /// </summary>
    public static void Leave()
    {
        ShedMark();
        foreach (var variable in Variables) _ = Unistd.unsetenv(variable);
        ProcessCgroups.LeaveThatOfAnInstance();
    }

    /// <summary>This process, and all that it starts from now on, carries no run's mark.</summary>
    public static void ShedMark()
    {
        ResourceLimit limit;
        if (SysResource.getrlimit(SysResource.RLIMIT_RTTIME, &limit) != 0 || !RunMark.IsMark(limit.rlim_cur)) return;
        limit.rlim_cur = limit.rlim_max;
        _ = SysResource.setrlimit(SysResource.RLIMIT_RTTIME, &limit); // raising up to the hard limit is always allowed
    }
}
