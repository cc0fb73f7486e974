using Tspm.Libc;
using Tspm.Platform.Linux.Cgroups;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Leaves the process tree of another Tspm. A guardian that was started by a process of another Tspm (from a web
/// terminal, a CI runner, a deploy hook) must not end with that process, so it and all its descendants leave that tree.
/// A client that starts a guardian drops the run's mark first, and passes on neither the variables nor the session of
/// the outer process, so that the guardian is outside from its first instant. The guardian drops the rest itself, or
/// everything if it was started by something else.
/// </summary>
internal static unsafe class OuterTree
{
    /// <summary>The variables that mark the processes of an outer Tspm.</summary>
    public static readonly IReadOnlyList<string> Variables = ["TSPM_ID", "TSPM_NAME", "TSPM_INSTANCE", "TSPM_HOOK"];

    /// <summary>
    /// Leaves the outer tree. Must be called before the guardian executes itself again, because /proc shows the
    /// environment at the time of the exec.
    /// </summary>
    public static void Leave()
    {
        ShedMark();
        foreach (var variable in Variables) _ = Unistd.unsetenv(variable);
        ProcessCgroups.LeaveInstanceCgroup();
    }

    /// <summary>Removes the mark of the run from this process and its future children.</summary>
    public static void ShedMark()
    {
        ResourceLimit limit;
        if (SysResource.getrlimit(SysResource.RLIMIT_RTTIME, &limit) != 0 || !RunMark.IsMark(limit.rlim_cur)) return;
        limit.rlim_cur = limit.rlim_max;
        _ = SysResource.setrlimit(SysResource.RLIMIT_RTTIME, &limit); // Always permitted up to the hard limit.
    }
}
